import { checked } from "../support/checked";
import { box, dialog, open, openUser, row, search, show, signIn, statusOf, toPasswordPage } from "../support/page";
import { passwordIn } from "../support/postbox";
import { expect, test } from "../support/test";

test("select the users, click Reset Password, then Reset", async ({ users, company, another }) => {
  const [ann, jo, kim] = [company.person("Ann", "Lee"), company.person("Jo", "Oak"), company.person("Kim", "Pole")];
  await company.add(users, ann, jo, kim);
  const hers = await another();
  const own = await company.arrive(hers, ann);
  await hers.goto("/password");
  const { postbox } = company.program;
  const before = passwordIn(await postbox.mail(jo.username));
  await postbox.mail(kim.username);

  await users.goto("/users");
  await box(users, ann.username).check();
  await box(users, jo.username).check();
  const reset = await open(users, "Reset Password");
  await expect(reset.getByRole("radio", { name: "Selected users (2)" })).toBeChecked();
  await expect(reset.getByRole("radio", { name: "All Active Users (4)" })).not.toBeChecked();
  await checked(users);
  await reset.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(users).toHaveURL(/\/password-resets\/[0-9a-f-]{36}$/);
  await expect(users.getByText("The passwords of 2 users are reset.")).toBeVisible();
  await expect(users.getByRole("progressbar", { name: "All 2 done" })).toBeVisible();
  for (const person of [ann, jo]) {
    await expect(users.getByRole("row").filter({ hasText: person.username })).toContainText("Sent");
  }
  await checked(users);

  // Old passwords and sessions are dead, the new ones work.
  await hers.getByRole("link", { name: "Your password" }).click();
  await expect(hers).toHaveURL("/sign-in");
  await signIn(hers, ann.username, own);
  await expect(hers.getByRole("alert")).toContainText("not right");
  const mailed = passwordIn(await postbox.mail(ann.username, /^Password: /m, 2));
  await toPasswordPage(hers, ann.username, mailed);
  expect(passwordIn(await postbox.mail(jo.username, /^Password: /m, 2))).not.toBe(before);
  expect(postbox.to(kim.username)).toHaveLength(1);
});

test("click Reset Password, choose All Active Users, then Reset", async ({ users, company, another }) => {
  const [ann, jo, gone] = [company.person("Ann", "Lee"), company.person("Jo", "Oak"), company.person("Was", "Here")];
  await company.add(users, ann, jo, gone);
  const { postbox } = company.program;
  for (const person of [ann, jo, gone]) await postbox.mail(person.username);
  await users.goto("/users");
  const edit = await openUser(users, gone.username);
  await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await edit.getByRole("button", { name: "Save" }).click();
  const mine = await another();
  await company.signIn(mine);

  const reset = await open(users, "Reset Password");
  await expect(reset.getByRole("radio", { name: "Selected users (0)" })).not.toBeChecked();
  await reset.getByRole("radio", { name: "All Active Users (3)" }).check();
  await reset.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(users.getByRole("progressbar", { name: "All 3 done" })).toBeVisible();
  await postbox.mail(ann.username, /^Password: /m, 2);
  await postbox.mail(jo.username, /^Password: /m, 2);
  const mailed = passwordIn(await postbox.mail(company.administrator.username));
  expect(postbox.to(gone.username)).toHaveLength(1);

  // The one who pressed goes on here, and is out elsewhere.
  await users.getByRole("link", { name: "User Accounts" }).click();
  await expect(users).toHaveURL("/users");
  await mine.goto("/users");
  await expect(mine).toHaveURL("/sign-in");
  await toPasswordPage(mine, company.administrator.username, mailed);
});

test("with nobody selected nobody is reset, and the pop-up says what to do", async ({ users, company }) => {
  const reset = await open(users, "Reset Password");
  for (const radio of await reset.getByRole("radio").all()) await expect(radio).not.toBeChecked();
  expect(await statusOf(users, () => reset.getByRole("button", { name: "Reset", exact: true }).click())).toBe(422);
  await expect(reset.getByRole("alert")).toContainText("Choose whose passwords to reset");
  await expect(reset.getByRole("alert")).toBeFocused();
  await checked(users);
  await reset.getByRole("radio", { name: "Selected users (0)" }).check();
  expect(await statusOf(users, () => reset.getByRole("button", { name: "Reset", exact: true }).click())).toBe(422);
  await expect(reset.getByRole("alert")).toContainText("Select the users");
  await users.goto("/users");
  await expect(row(users, company.administrator.username)).toContainText("Active");
  expect(company.program.postbox.to(company.administrator.username)).toEqual([]);
});

test("inactive people in a selection are left out and named", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await edit.getByRole("button", { name: "Save" }).click();
  await show(users, "Show Inactive");
  await box(users, ann.username).check();
  const reset = await open(users, "Reset Password");
  await expect(reset).toContainText("Left out: 1");
  await expect(reset.getByRole("listitem").filter({ hasText: "Ann Lee" })).toContainText("is inactive");
  await checked(users);
  await reset.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(reset.getByRole("alert")).toContainText("inactive");
});

test("pressing Reset in two windows mails once", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await company.program.postbox.mail(ann.username);
  const second = await users.context().newPage();
  for (const page of [users, second]) {
    await page.goto("/users");
    await box(page, ann.username).check();
    await open(page, "Reset Password");
  }
  await dialog(users, "Reset Password").getByRole("button", { name: "Reset", exact: true }).click();
  await expect(users.getByRole("progressbar", { name: "Done", exact: true })).toBeVisible();
  await dialog(second, "Reset Password").getByRole("button", { name: "Reset", exact: true }).click();
  await expect(dialog(second, "Reset Password").getByRole("alert")).toContainText("Nothing was sent twice");
  await checked(second);
  expect(company.program.postbox.to(ann.username)).toHaveLength(2);
});

test("a failed mail is said with the server's reason, and can be retried", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  const { postbox } = company.program;
  await company.add(users, ann);
  await postbox.mail(ann.username);
  postbox.refuse(ann.username);
  await users.goto("/users");
  await box(users, ann.username).check();
  const reset = await open(users, "Reset Password");
  await reset.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(users.getByRole("row").filter({ hasText: ann.username })).toContainText("No such mailbox here");
  await expect(users.getByRole("button", { name: "Retry failed" })).toBeVisible();
  await checked(users);
  const outcomes = users.url();
  await users.goto("/users");
  await expect(row(users, ann.username)).toContainText("Mail failed");
  await checked(users);
  postbox.accept(ann.username);
  await users.goto(outcomes);
  await users.getByRole("button", { name: "Retry failed" }).click();
  await expect(users.getByRole("row").filter({ hasText: ann.username })).toContainText("Sent");
  await postbox.mail(ann.username, /^Password: /m, 2);
});

test("filter, search and order are still there when the pop-up is left", async ({ users, company }) => {
  await company.add(users, company.person("Ann", "Quill"), company.person("Jo", "Quill"));
  await users.goto("/users");
  await search(users, "quill");
  await box(users, company.at("jo.quill")).check();
  const reset = await open(users, "Reset Password");
  await expect(reset.getByRole("radio", { name: "Selected users (1)" })).toBeChecked();
  await reset.getByRole("link", { name: "Cancel" }).or(reset.getByRole("button", { name: "Cancel" })).click();
  await expect(users).toHaveURL(/q=quill/);
  await expect(box(users, company.at("jo.quill"))).toBeChecked();
  await expect(users.getByRole("row")).toHaveCount(3);
});
