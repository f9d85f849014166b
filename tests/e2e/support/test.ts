// What every spec starts from.
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { test as base, type Browser, type Page } from "@playwright/test";
import { Company } from "./company";
import { keepPages } from "./pages";
import { Program } from "./program";
import { Watch } from "./watch";

interface Fixtures {
  /** How many seats the company has. */
  seats: number;
  watch: Watch;
  /** A customer that nobody else has. */
  company: Company;
  /** A page at the list, signed in as the company's administrator. */
  users: Page;
  /** Another browser: another person, or the same one elsewhere. */
  another: () => Promise<Page>;
}

/** As a proxy in front would say it. */
function source(): Record<string, string> {
  return { "X-Forwarded-For": `10.${[...randomBytes(3)].join(".")}` };
}

export const test = base.extend<Fixtures, { program: Program }>({
  program: [
    async ({}, use) => {
      const program = await Program.start();
      await use(program);
      await program.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],

  seats: [40, { option: true }],

  baseURL: async ({ program }, use) => use(program.origin),

  extraHTTPHeaders: async ({}, use) => use(source()),

  watch: [
    async ({ program }, use, info) => {
      const watch = new Watch(program.origin);
      await use(watch);
      if (info.status !== info.expectedStatus) {
        // As a file: what is attached as text is printed among the reasons.
        const path = info.outputPath("program.log");
        await writeFile(path, program.log);
        await info.attach("program.log", { path });
      } else watch.sawNothing();
    },
    { auto: true },
  ],

  context: async ({ context, watch }, use) => {
    watch.over(context);
    keepPages(context);
    await use(context);
  },

  company: async ({ program, seats }, use) => use(await Company.create(program, { seats })),

  users: async ({ page, company }, use) => {
    await company.signIn(page);
    await page.goto("/users");
    await use(page);
  },

  another: async ({ browser, watch }, use) => {
    const opened: Awaited<ReturnType<Browser["newContext"]>>[] = [];
    await use(async () => {
      const context = await browser.newContext({ extraHTTPHeaders: source() });
      opened.push(context);
      watch.over(context);
      keepPages(context);
      return context.newPage();
    });
    for (const context of opened) await context.close();
  },
});

export { expect } from "@playwright/test";
