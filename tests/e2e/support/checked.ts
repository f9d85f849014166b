// Every state of a page that a test visits is looked at by axe, in light and in dark.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { hasScript } from "./page";

/**
 * A page that shows what is under way loads itself again until it is done where no script exchanges
 * the part that changes: axe objects to every such page, whatever the reason.
 */
export async function checkedWhileUnderWay(page: Page) {
  await checked(page, ["meta-refresh"]);
}

export async function checked(page: Page, except: string[] = []) {
  if (!(await hasScript(page))) await page.evaluate(letTimersRun);
  const found = await look(page).disableRules(except).analyze();
  expect(words(found), `axe at ${page.url()}`).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  const inDark = await look(page).withRules(["color-contrast"]).analyze();
  await page.emulateMedia({ colorScheme: "light" });
  expect(words(inDark), `axe in dark at ${page.url()}`).toEqual([]);
}

/** In legacy mode axe needs no second page to put frames together; there are none here. */
function look(page: Page): AxeBuilder {
  // The size of targets (WCAG 2.2, 2.5.8) is a rule that axe has to be asked for.
  return new AxeBuilder({ page }).setLegacyMode().options({ rules: { "target-size": { enabled: true } } });
}

/**
 * Axe itself is a script. In a page that runs none it can be called all the same, and its promises are
 * kept, but no timer fires: those it uses to go on go on at once, those that guard against waiting are
 * left out.
 */
function letTimersRun() {
  const later = (task: TimerHandler, milliseconds = 0) => {
    if (milliseconds <= 1 && typeof task === "function") void Promise.resolve().then(() => task());
    return 0;
  };
  window.setTimeout = later as typeof window.setTimeout;
}

type Results = Awaited<ReturnType<AxeBuilder["analyze"]>>;

function words(results: Results): string[] {
  return results.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary}`),
  );
}
