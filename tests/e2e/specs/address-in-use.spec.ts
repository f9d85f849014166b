import { checked } from "../support/checked";
import { Company } from "../support/company";
import { atTheTop, box, dialog, expectErrors, expectFilled, fill, link, open, openUser, row, show, statusOf } from "../support/page";
import { SUPPORT_EMAIL, SUPPORT_PHONE } from "../support/program";
import { expect, test } from "../support/test";
import type { Locator, Page } from "@playwright/test";

const IN_USE = /^Email address is already in use/;

async function addAgain(page: Page, username: string): Promise<Locator> {
  const add = await open(page, "Add a User");
  await fill(add, { Username: username, "First name": "Once", "Last name": "More", Title: "Kept" });
  expect(await statusOf(page, () => add.getByRole("button", { name: "Add User" }).click())).toBe(422);
  await expectErrors(page, add, { Username: /Email address is already in use/ });
  await expect(add.getByRole("alert").getByRole("link", { name: IN_USE })).toBeVisible();
  await expectFilled(add, { Username: username, Title: "Kept" });
  return add;
}

async function deactivate(page: Page, username: string) {
  const edit = await openUser(page, username);
  await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(link(page, username)).toHaveCount(0);
}

test("an inactive user's address: Show Inactive, click on the username, select Active Account, Save", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await company.program.postbox.mail(ann.username);
  await users.goto("/users");
  await deactivate(users, ann.username);

  const add = await addAgain(users, ann.username.toUpperCase());
  await expect(add.getByLabel("Username")).toHaveAccessibleDescription(/Ann Lee is inactive/);
  await checked(users);

  // The document's steps, to the letter.
  await add.getByRole("link", { name: "Cancel" }).or(add.getByRole("button", { name: "Cancel" })).click();
  if (await dialog(users, "Add a User").getByRole("button", { name: "Discard" }).isVisible()) {
    await dialog(users, "Add a User").getByRole("button", { name: "Discard" }).click();
  }
  await expect(dialog(users, "Add a User")).toHaveCount(0);
  await show(users, "Show Inactive");
  await expect(row(users, ann.username)).toContainText("Inactive since");
  const edit = await openUser(users, ann.username);
  const active = edit.getByRole("checkbox", { name: "Active Account" });
  await expect(active).not.toBeChecked();
  await active.check();
  await expect(edit.getByRole("checkbox", { name: "Send a new password" })).toBeChecked();
  await checked(users);
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(users.getByText("Ann Lee is active again.")).toBeVisible();
  await expect(link(users, ann.username)).toHaveCount(0);
  await show(users, "Show Active");
  await expect(row(users, ann.username)).toContainText("Ann Lee");
  await company.program.postbox.mail(ann.username, /^Password: /m, 2);
});

test("an inactive user's address: the pop-up itself leads to the inactive users and to Reactivate", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  await deactivate(users, ann.username);
  let add = await addAgain(users, ann.username);
  await add.getByRole("link", { name: "show inactive users" }).click();
  await expect(users.getByLabel("Show", { exact: true })).toHaveValue("inactive");
  await expect(link(users, ann.username)).toBeVisible();

  await users.goto("/users");
  add = await addAgain(users, ann.username);
  await add.getByRole("link", { name: "Reactivate" }).or(add.getByRole("button", { name: "Reactivate" })).click();
  const edit = dialog(users, "Edit User");
  await expect(edit.getByRole("checkbox", { name: "Active Account" })).toBeChecked();
  await expect(edit.getByRole("checkbox", { name: "Send a new password" })).toBeChecked();
  await expect(edit.getByText("Click Save to reactivate Ann Lee")).toBeVisible();
  await checked(users);
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(users.getByText("Ann Lee is active again")).toBeVisible();
});

test("an active user's address leads to that user", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  const add = await addAgain(users, ann.username);
  await checked(users);
  await add.getByRole("link", { name: "Ann Lee" }).click();
  await expect(dialog(users, "Edit User").getByLabel("Username")).toHaveValue(ann.username);
});

test("an address held in another account names Customer Success and a reference code, and nothing else", async ({ users, company, another }) => {
  const sister = await Company.create(company.program, { domains: [`sister-${company.domain}`, company.domain] });
  const theirs = await another();
  await sister.signIn(theirs);
  const held = { username: company.at("held.elsewhere"), firstName: "Secretive", lastName: "Holder" };
  await sister.add(theirs, held);

  const add = await addAgain(users, held.username);
  await expect(add).toContainText(SUPPORT_PHONE);
  await expect(add.getByRole("link", { name: SUPPORT_EMAIL })).toHaveAttribute("href", `mailto:${SUPPORT_EMAIL}`);
  await expect(add.getByText("reference code")).toContainText(/[A-Z2-9]{4}/);
  const code = /[A-Z2-9]{4}-[A-Z2-9]{4}/.exec(await add.getByText("reference code").innerText())?.[0] ?? "none";
  const told = await users.content();
  for (const secret of ["Secretive", "Holder", sister.name, sister.domain]) expect(told).not.toContain(secret);
  await checked(users);

  await users.goto("/users");
  await expect(link(users, held.username)).toHaveCount(0);
  await expect(box(users, held.username)).toHaveCount(0);
  await expect(atTheTop(users, "Add a User")).toBeVisible();

  // Customer Success opens the case by the code, and that they did is read here and there.
  const explained = await company.program.command(["support", "case", code.toLowerCase().replace("-", " ")]);
  for (const told of [`asked in    ${company.name}, by Ada Berg`, "Secretive Holder", `account       ${sister.name}`]) {
    expect(explained).toContain(told);
  }
  expect(explained).toContain(`${company.name}: already in use, in another account`);
  await users.goto("/activity");
  await expect(users.getByText(`Customer Success looked at the case ${code}.`)).toBeVisible();
  await theirs.goto("/activity");
  await expect(theirs.getByText("Secretive Holder: Customer Success looked at this user.")).toBeVisible();
  await expect(theirs.getByText(code)).toHaveCount(0);
});

test("somebody's former address is kept, and the page tells their own account for whom and until when", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await fill(edit, { Username: company.at("ann.moor"), "Last name": "Moor" });
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(row(users, company.at("ann.moor"))).toContainText("Ann Moor");
  const add = await addAgain(users, ann.username);
  await expect(add.locator("#address-conflict")).toContainText(`it was the username of Ann Moor, who has ${company.at("ann.moor")} now.`);
  await expect(add.locator("#address-conflict")).toContainText(/kept for them until \d+ \w+ \d{4}, \d\d:\d\d/);
  await checked(users);
  const explained = await company.program.command(["support", "email", ann.username]);
  expect(explained).toMatch(/Reserved until .* for the person whose username it was/);
  expect(explained).toContain("Ann Moor");
});

test("changing a username to one that is taken meets the same message", async ({ users, company }) => {
  const [ann, jo] = [company.person("Ann", "Lee"), company.person("Jo", "Lee")];
  await company.add(users, ann, jo);
  await users.goto("/users");
  const edit = await openUser(users, jo.username);
  await fill(edit, { Username: ann.username });
  expect(await statusOf(users, () => edit.getByRole("button", { name: "Save" }).click())).toBe(422);
  await expectErrors(users, edit, { Username: /Email address is already in use/ });
  await expect(edit.getByRole("link", { name: "Ann Lee" })).toBeVisible();
  await checked(users);
});
