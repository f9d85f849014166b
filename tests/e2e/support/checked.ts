// Every state of a page that a test visits is looked at by axe, in light and in dark.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

export async function checked(page: Page) {
  const found = await new AxeBuilder({ page }).analyze();
  expect(words(found), `axe at ${page.url()}`).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  const inDark = await new AxeBuilder({ page }).withRules(["color-contrast"]).analyze();
  await page.emulateMedia({ colorScheme: "light" });
  expect(words(inDark), `axe in dark at ${page.url()}`).toEqual([]);
}

type Results = Awaited<ReturnType<AxeBuilder["analyze"]>>;

function words(results: Results): string[] {
  return results.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary}`),
  );
}
