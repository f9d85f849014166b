// What failed and why, once more after everything else: the end of a long output is what is kept and read.
import type { Reporter, TestCase, TestResult } from "@playwright/test/reporter";

/** Lines of a reason: the message and where it was. */
const LINES = 20;
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

export default class Failures implements Reporter {
  private readonly failed: string[] = [];

  onTestEnd(test: TestCase, result: TestResult) {
    if (result.status === test.expectedStatus || result.status === "skipped") return;
    const reasons = result.errors.map((error) => {
      const said = (error.stack ?? error.message ?? error.value ?? "").replace(COLOURS, "");
      return said.split("\n").slice(0, LINES).join("\n");
    });
    this.failed.push([test.titlePath().filter(Boolean).join(" › "), ...reasons].join("\n"));
  }

  onEnd() {
    if (this.failed.length > 0) console.log(`\nWhat failed, and why:\n\n${this.failed.join("\n\n")}`);
  }

  printsToStdio(): boolean {
    return false;
  }
}
