// The pictures of the README, docs/img: the demo account's list, light and dark.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ownPassword } from "../support/company";
import { choosePassword, signIn } from "../support/page";
import { expect, test } from "../support/test";

const FOLDER = fileURLToPath(new URL("../../../docs/img", import.meta.url));

test.use({ viewport: { width: 1280, height: 720 } });

test("the list of the demo account", async ({ page, program }) => {
  mkdirSync(FOLDER, { recursive: true });
  const told = /Username\s+(\S+)\s+Password\s+(\S+)/.exec(program.log);
  const [, username, password] = told as unknown as [string, string, string];
  await page.goto("/sign-in");
  await signIn(page, username, password);
  if (page.url().endsWith("/password")) await choosePassword(page, password, ownPassword());
  await expect(page.getByRole("heading", { name: "User Accounts" })).toBeVisible();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto("/users");
    await page.screenshot({ path: join(FOLDER, `list-${colorScheme}.png`) });
  }
});
