// Lighthouse on sign-in, the list of 50 people and a pop-up: 100 of 100 wherever it is asked, and
// nothing moves after it is drawn. Its reports go to test-results/lighthouse.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium as browsers } from "@playwright/test";
import lighthouse, { desktopConfig } from "lighthouse";
import { chromium } from "../support/chromium";
import { expect, test } from "../support/test";

const CATEGORIES = ["performance", "accessibility", "best-practices"];
const PORT = 9333;
const REPORTS = fileURLToPath(new URL("../test-results/lighthouse", import.meta.url));
const FIRST_NAMES = ["Ann", "Bea", "Cyd", "Dag", "Eva", "Finn", "Gil", "Hal", "Ida", "Jo"];
const LAST_NAMES = ["Adeyemi", "Berger", "Castillo", "Dubois", "Eriksson", "Fischer"];

test.use({ seats: 80 });

test("sign-in, the list and a pop-up", async ({ users, company }) => {
  const people = LAST_NAMES.flatMap((last) => FIRST_NAMES.map((first) =>
    company.person(first, last, { title: "Account Executive", department: "Sales", phone: "+1 555 0100" })));
  await company.add(users, ...people);
  const cookies = (await users.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const options = chromium();
  const browser = await browsers.launch({ ...options, args: [...options.args, `--remote-debugging-port=${PORT}`] });
  mkdirSync(REPORTS, { recursive: true });
  try {
    for (const [name, path, cookie] of [
      ["sign-in", "/sign-in", ""],
      ["list", "/users", cookies],
      ["pop-up", "/users/new", cookies],
    ] as const) {
      for (const device of ["phone", "desktop"] as const) {
        const look = () => lighthouse(
          `${company.program.origin}${path}`,
          {
            port: PORT,
            output: "html",
            onlyCategories: CATEGORIES,
            extraHeaders: cookie ? { Cookie: cookie } : {},
            disableStorageReset: true,
          },
          device === "desktop" ? desktopConfig : undefined,
        );
        let outcome = await look();
        // The first trace of a browser that has just come up may lack its beginning: that says nothing about the page.
        if (outcome?.lhr.runtimeError?.code === "NO_NAVSTART") outcome = await look();
        const report = outcome?.lhr;
        if (!report || report.runtimeError) throw new Error(`Lighthouse could not look at ${path}: ${report?.runtimeError?.message}`);
        expect(report.finalDisplayedUrl, "not sent elsewhere").toContain(path);
        writeFileSync(join(REPORTS, `${name}-${device}.html`), outcome.report as string);
        const score = (id: string) => Math.round((report.categories[id]?.score ?? 0) * 100);
        const shift = report.audits["cumulative-layout-shift"]?.numericValue;
        const weight = Math.round((report.audits["total-byte-weight"]?.numericValue ?? 0) / 100) / 10;
        console.log(`${name}, ${device}: ${CATEGORIES.map((id) => `${id} ${score(id)}`).join(", ")}, layout shift ${shift}, ${weight} kB`);
        for (const id of CATEGORIES) {
          const lost = report.categories[id]?.auditRefs
            .filter((reference) => reference.weight > 0)
            .map((reference) => report.audits[reference.id])
            .filter((audit) => audit && audit.score !== null && audit.score < 1)
            .map((audit) => `${audit?.title}: ${audit?.displayValue ?? ""}`);
          expect.soft(score(id), `${id} of ${path} on a ${device}: ${lost?.join("; ")}`).toBe(100);
        }
        expect.soft(shift, `layout shift of ${path} on a ${device}`).toBe(0);
      }
    }
  } finally {
    await browser.close();
  }
});
