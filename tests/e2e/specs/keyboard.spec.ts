// The document's four tasks without a mouse.
import type { Locator, Page } from "@playwright/test";
import { atTheTop, box, dialog, hasScript, link, row } from "../support/page";
import { expect, test } from "../support/test";

const MOST_PRESSES = 90;
/** The page of what is under way looks again every two seconds. */
const LOOKED_AT_AGAIN_MILLISECONDS = 3_000;

/** Presses Tab until the focus is there; a focus that cannot be seen is none. */
async function tabTo(page: Page, target: Locator) {
  await expect(target).toBeVisible();
  for (let press = 0; press < MOST_PRESSES; press += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      const outline = await target.evaluate((element) => {
        const seen = [element, element.parentElement as Element].map((one) => getComputedStyle(one));
        return seen.some((style) => style.outlineStyle !== "none" || style.boxShadow !== "none");
      });
      expect(outline, "the focus is seen").toBe(true);
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error("Tab never came there");
}

async function type(page: Page, where: Locator, label: string, text: string) {
  await tabTo(page, where.getByLabel(label));
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

async function press(page: Page, target: Locator, key: "Enter" | "Space" = "Enter") {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** Ticks one person and asks for their training, as far as the button that sends the request. */
async function requestNewUserTraining(page: Page, username: string): Promise<void> {
  await press(page, box(page, username), "Space");
  await press(page, atTheTop(page, "Provide Training"));
  const training = dialog(page, "Provide Training");
  await expect(training).toBeVisible();
  await tabTo(page, training.getByRole("radio", { name: "New User Training" }));
  await page.keyboard.press("Space");
  await press(page, training.getByRole("button", { name: "Request Training" }));
}

test("a user is added by keyboard alone", async ({ users, company }) => {
  await press(users, atTheTop(users, "Add a User"));
  const add = dialog(users, "Add a User");
  await expect(add.getByLabel("Username")).toBeFocused();
  await press(users, add.getByRole("button", { name: "Add User" }));
  await expect(add.getByRole("alert")).toBeFocused();
  await press(users, add.getByRole("alert").getByRole("link").first());
  await type(users, add, "Username", company.at("key.board"));
  await type(users, add, "First name", "Key");
  await type(users, add, "Last name", "Board");
  await users.keyboard.press("Enter");
  await expect(row(users, company.at("key.board"))).toContainText("Key Board");
});

test("a user is edited by keyboard alone", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  await press(users, link(users, ann.username));
  const edit = dialog(users, "Edit User");
  await type(users, edit, "Title", "Typist");
  await press(users, edit.getByRole("button", { name: "Save" }));
  await expect(row(users, ann.username)).toContainText("Typist");
});

test("a user is deactivated and found again by keyboard alone", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  await press(users, link(users, ann.username));
  const edit = dialog(users, "Edit User");
  await press(users, edit.getByRole("checkbox", { name: "Active Account" }), "Space");
  await expect(edit.getByRole("checkbox", { name: "Active Account" })).not.toBeChecked();
  await press(users, edit.getByRole("button", { name: "Save" }));
  await expect(users.getByText("Ann Lee is deactivated")).toBeVisible();
  const select = users.getByLabel("Show", { exact: true });
  const actsAtOnce = await hasScript(users);
  await tabTo(users, select);
  await users.keyboard.press("ArrowDown");
  if (!actsAtOnce) {
    await users.keyboard.press("Tab");
    await users.keyboard.press("Enter");
  }
  await expect(users).toHaveURL(/show=inactive/);
  await expect(link(users, ann.username)).toBeVisible();
});

test("a password is reset by keyboard alone", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  // The rows come after the buttons; Shift and Tab lead back.
  await press(users, box(users, ann.username), "Space");
  await expect(box(users, ann.username)).toBeChecked();
  await press(users, atTheTop(users, "Reset Password"));
  const reset = dialog(users, "Reset Password");
  await expect(reset.getByRole("radio", { name: "Selected users (1)" })).toBeChecked();
  await press(users, reset.getByRole("button", { name: "Reset", exact: true }));
  await expect(users.getByRole("progressbar", { name: "Done", exact: true })).toBeVisible();
});

test("an address in use leads to Reactivate by keyboard alone", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  await press(users, link(users, ann.username));
  const edit = dialog(users, "Edit User");
  await press(users, edit.getByRole("checkbox", { name: "Active Account" }), "Space");
  await press(users, edit.getByRole("button", { name: "Save" }));
  await expect(link(users, ann.username)).toHaveCount(0);
  await press(users, atTheTop(users, "Add a User"));
  const add = dialog(users, "Add a User");
  await type(users, add, "Username", ann.username);
  await type(users, add, "First name", "Ann");
  await type(users, add, "Last name", "Lee");
  await users.keyboard.press("Enter");
  await expect(add.getByRole("alert")).toBeFocused();
  await press(users, add.getByRole("link", { name: "Reactivate" }));
  await expect(edit.getByText("Click Save to reactivate Ann Lee")).toBeFocused();
  await press(users, edit.getByRole("button", { name: "Save" }));
  await expect(users.getByText("Ann Lee is active again.")).toBeVisible();
});

test("a different person is answered, and training requested, by keyboard alone", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  await press(users, link(users, ann.username));
  const edit = dialog(users, "Edit User");
  await type(users, edit, "Username", company.at("bert.stone"));
  await type(users, edit, "First name", "Bert");
  await type(users, edit, "Last name", "Stone");
  await users.keyboard.press("Enter");
  await press(users, dialog(users, "This looks like a different person").getByRole("button", { name: "Replace" }));
  await expect(row(users, company.at("bert.stone"))).toBeVisible();

  await requestNewUserTraining(users, company.at("bert.stone"));
  await expect(users.getByRole("heading", { name: "New User Training" })).toBeVisible();
});

test("a request for training is taken back at the next stop of the Tab key", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  await requestNewUserTraining(users, ann.username);
  const undo = users.getByRole("button", { name: "Undo" });
  await expect(undo).toBeVisible();
  await expect(users.getByText(/Will be mailed to the training team/)).toBeFocused();
  await users.keyboard.press("Tab");
  await expect(undo).toBeFocused();
  // Long enough for what is under way to be looked at again: the button stays, and so does the focus.
  await users.waitForTimeout(LOOKED_AT_AGAIN_MILLISECONDS);
  await expect(undo).toBeFocused();
  await users.keyboard.press("Enter");
  await expect(users.getByText("is taken back. Nothing was sent.")).toBeVisible();
});

test("a deactivation is taken back at the next stops of the Tab key, and a reactivation leads to the person", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  await press(users, link(users, ann.username));
  const edit = dialog(users, "Edit User");
  await press(users, edit.getByRole("checkbox", { name: "Active Account" }), "Space");
  await press(users, edit.getByRole("button", { name: "Save" }));
  await expect(users.getByRole("status").filter({ hasText: "Ann Lee is deactivated" })).toBeFocused();
  await users.keyboard.press("Tab");
  await expect(users.getByRole("link", { name: "Open Ann Lee" })).toBeFocused();
  await users.keyboard.press("Tab");
  await expect(users.getByRole("button", { name: "Undo" })).toBeFocused();

  await users.goto("/users?show=inactive");
  await press(users, link(users, ann.username));
  await press(users, edit.getByRole("checkbox", { name: "Active Account" }), "Space");
  await press(users, edit.getByRole("button", { name: "Save" }));
  await expect(users.getByRole("status").filter({ hasText: "Ann Lee is active again" })).toBeFocused();
});
