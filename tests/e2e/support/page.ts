// The words of the page, found as a person finds them: by role and name.
import { expect, type Locator, type Page } from "@playwright/test";

export type DialogName = "Add a User" | "Edit User" | "Reset Password" | "Provide Training";

export interface Profile {
  Username?: string;
  "First name"?: string;
  "Last name"?: string;
  Title?: string;
  Department?: string;
  Phone?: string;
}

export function dialog(page: Page, name: DialogName | "This looks like a different person" | "Training"): Locator {
  return page.getByRole("dialog", { name });
}

/** One of the buttons at the top, be it a link or a button. */
export function atTheTop(page: Page, name: "Add a User" | "Reset Password" | "Provide Training"): Locator {
  const main = page.getByRole("main");
  return main.getByRole("button", { name, exact: true }).or(main.getByRole("link", { name, exact: true })).first();
}

export async function open(page: Page, name: "Add a User" | "Reset Password" | "Provide Training"): Promise<Locator> {
  await atTheTop(page, name).click();
  const opened = dialog(page, name);
  await expect(opened).toBeVisible();
  return opened;
}

export function link(page: Page, username: string): Locator {
  return page.getByRole("table").getByRole("link", { name: username, exact: true });
}

export function row(page: Page, username: string): Locator {
  return page.getByRole("row").filter({ has: page.getByRole("link", { name: username, exact: true }) });
}

export function box(page: Page, username: string): Locator {
  return page.getByRole("checkbox", { name: `Select ${username}`, exact: true });
}

export async function openUser(page: Page, username: string): Promise<Locator> {
  await link(page, username).click();
  const opened = dialog(page, "Edit User");
  await expect(opened).toBeVisible();
  return opened;
}

/** The document's 'Show Active' dropdown in the upper right. */
export async function show(page: Page, what: "Show Active" | "Show Inactive") {
  const select = page.getByLabel("Show", { exact: true });
  const actsAtOnce = await hasScript(page);
  await select.selectOption({ label: what });
  if (!actsAtOnce) await submitFirst(page, select);
  await expect(page).toHaveURL(what === "Show Inactive" ? /[?&]show=inactive/ : /\/users(\?(?!.*show=inactive).*)?$/);
  await expect(page.getByLabel("Show", { exact: true })).toHaveValue(what === "Show Inactive" ? "inactive" : "active");
}

export async function search(page: Page, words: string) {
  const field = page.getByLabel("Search");
  await field.fill(words);
  await field.press("Enter");
  // These words, and the whole page: the words before may have left just as many rows.
  await page.waitForURL((url) => (url.searchParams.get("q") ?? "") === words);
}

async function submitFirst(page: Page, control: Locator) {
  await page.getByRole("main").locator("form").filter({ has: control }).getByRole("button").first().click();
}

/** Whether the page runs scripts: what is only there without them is hidden otherwise. */
export async function hasScript(page: Page): Promise<boolean> {
  return page.evaluate(() => matchMedia("(scripting: enabled)").matches);
}

export async function fill(where: Locator, profile: Profile) {
  for (const [label, value] of Object.entries(profile)) await where.getByLabel(label).fill(value);
}

export async function expectFilled(where: Locator, profile: Profile) {
  for (const [label, value] of Object.entries(profile)) await expect(where.getByLabel(label)).toHaveValue(value);
}

/** Every named field says what is wrong with it, so does the summary, which has the focus. */
export async function expectErrors(page: Page, where: Locator, errors: Record<string, RegExp>) {
  const summary = where.getByRole("alert");
  await expect(summary).toBeVisible();
  await expect(summary).toBeFocused();
  for (const [label, words] of Object.entries(errors)) {
    const field = where.getByLabel(label, { exact: true });
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(field).toHaveAccessibleDescription(words);
    await expect(summary.getByRole("link", { name: words }).first()).toBeVisible();
  }
  await expect(summary.getByRole("listitem")).toHaveCount(Object.keys(errors).length);
  await expect(page).toHaveTitle(/^Error: /);
}

/** What came back to a form that was sent by `act`. */
export async function statusOf(page: Page, act: () => Promise<void>): Promise<number> {
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await act();
  return (await answered).status();
}

export async function toPasswordPage(page: Page, username: string, password: string) {
  await page.goto("/sign-in");
  await signIn(page, username, password);
  await expect(page.getByRole("heading", { name: "Choose your password" })).toBeVisible();
}

export async function signIn(page: Page, username: string, password: string) {
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

export async function choosePassword(page: Page, current: string | null, chosen: string) {
  if (current !== null) await page.getByLabel("Current password").fill(current);
  await page.getByLabel("New password", { exact: true }).fill(chosen);
  await page.getByLabel("Repeat new password").fill(chosen);
  await page.getByRole("button", { name: "Save password" }).click();
}
