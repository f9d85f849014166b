import { checked } from "../support/checked";
import { expectErrors, expectFilled, fill, link, openUser, row, search, show, statusOf } from "../support/page";
import { expect, test } from "../support/test";

test("clicking a username shows the details, and Save keeps what was changed", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee", { title: "Analyst", department: "Research", phone: "+1 555 0101" });
  await company.add(users, ann);
  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await expectFilled(edit, {
    Username: ann.username,
    "First name": "Ann",
    "Last name": "Lee",
    Title: "Analyst",
    Department: "Research",
    Phone: "+1 555 0101",
  });
  await expect(edit.getByRole("checkbox", { name: "Active Account" })).toBeChecked();
  await checked(users);
  await fill(edit, { "First name": "Anne", "Last name": "Lee-Moss", Title: "Lead", Department: "Data", Phone: "+1 555 0102" });
  expect(await statusOf(users, () => edit.getByRole("button", { name: "Save" }).click())).toBe(303);
  await expect(users).toHaveURL("/users");
  await expect(users.getByText("Your changes to Anne Lee-Moss are saved.")).toBeVisible();
  for (const words of ["Anne Lee-Moss", "Lead", "Data", "+1 555 0102"]) await expect(row(users, ann.username)).toContainText(words);

  await openUser(users, ann.username);
  await edit.getByRole("link", { name: "History" }).click();
  await expect(users.getByRole("heading", { name: "History" })).toBeVisible();
  await expect(users.getByText("First name: Ann → Anne")).toBeVisible();
  await expect(users.getByText("Added as Ann Lee,")).toBeVisible();
  await expect(users.getByRole("listitem").filter({ hasText: "First name: Ann → Anne" }).first()).toContainText("Ada Berg");
  await checked(users);
  await users.getByRole("link", { name: "Edit Anne Lee-Moss" }).click();
  await expect(edit.getByLabel("First name")).toHaveValue("Anne");
});

test("every mistake in an edit is said at once, and nothing is saved", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await fill(edit, { Username: "ann@elsewhere.example", "First name": "", "Last name": "", Title: "Kept" });
  expect(await statusOf(users, () => edit.getByRole("button", { name: "Save" }).click())).toBe(422);
  await expectErrors(users, edit, { Username: /company/, "First name": /first name/i, "Last name": /last name/i });
  await expectFilled(edit, { Title: "Kept" });
  await checked(users);
  await users.goto("/users");
  await expect(row(users, ann.username)).toContainText("Ann Lee");
  await expect(row(users, ann.username)).not.toContainText("Kept");
});

test("a changed username is told to both addresses", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await company.program.postbox.mail(ann.username, /^Password: /m);
  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  const changed = company.at("ann.moss");
  await fill(edit, { Username: changed, "Last name": "Moss" });
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(link(users, changed)).toBeVisible();
  await expect(link(users, ann.username)).toHaveCount(0);
  await company.program.postbox.mail(ann.username, /no longer your username/);
  await company.program.postbox.mail(changed, /is now your username/);
});

test("two administrators who edit the same field see both versions, and nothing is lost", async ({ users, company, another }) => {
  const ann = company.person("Ann", "Lee", { title: "Analyst" });
  await company.add(users, ann);
  const second = await company.addAdministrator("Bo", "Chen");
  const theirs = await another();
  await company.signIn(theirs, second);
  for (const page of [users, theirs]) {
    await page.goto("/users");
    await openUser(page, ann.username);
  }
  const [mine, other] = [users.getByRole("dialog"), theirs.getByRole("dialog")];
  await fill(other, { Title: "Team lead" });
  await other.getByRole("button", { name: "Save" }).click();
  await expect(theirs.getByText("Your changes to Ann Lee are saved.")).toBeVisible();

  await fill(mine, { Title: "Director", Phone: "+1 555 0177" });
  expect(await statusOf(users, () => mine.getByRole("button", { name: "Save" }).click())).toBe(409);
  await expect(mine).toContainText("Bo Chen");
  await expect(mine).toContainText("Team lead");
  await expectFilled(mine, { Title: "Director", Phone: "+1 555 0177" });
  await expect(mine.getByRole("alert")).toBeFocused();
  await checked(users);
  await mine.getByRole("button", { name: "Save" }).click();
  await expect(row(users, ann.username)).toContainText("Director");
  await expect(row(users, ann.username)).toContainText("+1 555 0177");
});

test("edits of different fields are merged, and the page says so", async ({ users, company, another }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  const second = await company.addAdministrator("Bo", "Chen");
  const theirs = await another();
  await company.signIn(theirs, second);
  for (const page of [users, theirs]) {
    await page.goto("/users");
    await openUser(page, ann.username);
  }
  await fill(theirs.getByRole("dialog"), { Title: "Team lead" });
  await theirs.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(theirs.getByText("Your changes to Ann Lee are saved.")).toBeVisible();
  await fill(users.getByRole("dialog"), { Department: "Data" });
  await users.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(users.getByText("Bo Chen changed title meanwhile; that was kept.")).toBeVisible();
  await expect(row(users, ann.username)).toContainText("Team lead");
  await expect(row(users, ann.username)).toContainText("Data");
});

test("filter, search, order and place come back after an edit", async ({ users, company }) => {
  const ann = company.person("Ann", "Quill");
  await company.add(users, ann, company.person("Jo", "Quill"));
  await users.goto("/users");
  await search(users, "quill");
  await users.getByRole("columnheader", { name: "Name", exact: true }).getByRole("link").click();
  await expect(users).toHaveURL(/sort=name/);
  const place = users.url();
  const edit = await openUser(users, ann.username);
  await fill(edit, { "First name": "" });
  await edit.getByRole("button", { name: "Save" }).click();
  await expectErrors(users, edit, { "First name": /first name/i });
  await fill(edit, { "First name": "Anna" });
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(users).toHaveURL(place);
  await expect(row(users, ann.username)).toContainText("Anna Quill");
});

test("an administrator makes another one, and takes it back", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  await openUser(users, ann.username);
  await users.getByRole("link", { name: "Make administrator" }).click();
  await expect(users.getByRole("dialog", { name: "Administrator" })).toBeVisible();
  await checked(users);
  await users.getByRole("button", { name: "Make administrator" }).click();
  await expect(users.getByText("Ann Lee is an administrator now.")).toBeVisible();
  await openUser(users, ann.username);
  await users.getByRole("link", { name: "Remove as administrator" }).click();
  await users.getByRole("button", { name: "Remove as administrator" }).click();
  await expect(users.getByText("Ann Lee is no longer an administrator")).toBeVisible();
});

test("the account is handed over: the new administrator takes the old one's place", async ({ users, company, another }) => {
  const second = await company.addAdministrator("Bo", "Chen");
  const theirs = await another();
  await company.signIn(theirs, second);
  await theirs.goto("/users");
  const edit = await openUser(theirs, company.administrator.username);
  await edit.getByRole("link", { name: "Remove as administrator" }).click();
  await theirs.getByRole("button", { name: "Remove as administrator" }).click();
  await expect(theirs.getByText("Ada Berg is no longer an administrator and was signed out.")).toBeVisible();
  await users.goto("/users");
  await expect(users).toHaveURL(/\/sign-in/);
  // Whoever is left cannot go: the account is never without one.
  const own = await openUser(theirs, second.username);
  await expect(own.getByRole("link", { name: "Remove as administrator" })).toHaveCount(0);
  await expect(own.getByLabel("Active Account")).toBeDisabled();
  await theirs.goto("/account");
  await expect(theirs.getByRole("main")).toContainText(second.username);
  await expect(theirs.getByRole("main")).not.toContainText(company.administrator.username);
});

test("who was taken out meanwhile stays out, and the second administrator is told", async ({ users, company, another }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  const theirs = await another();
  await company.signIn(theirs, await company.addAdministrator("Bo", "Chen"));
  for (const page of [users, theirs]) {
    await page.goto("/users");
    await openUser(page, ann.username);
  }
  await theirs.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await theirs.getByRole("button", { name: "Save" }).click();
  await expect(theirs.getByText("Ann Lee is deactivated")).toBeVisible();
  await fill(users.getByRole("dialog"), { Department: "Data" });
  await users.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(users.getByText("Your changes to Ann Lee are saved. Bo Chen deactivated Ann Lee meanwhile.")).toBeVisible();
  await expect(users.getByRole("link", { name: ann.username })).toHaveCount(0);
  await users.getByRole("link", { name: "Open Ann Lee" }).click();
  await expect(users.getByRole("checkbox", { name: "Active Account" })).not.toBeChecked();
});

test("the administrators' own pop-up keeps them from locking themselves out", async ({ users, company }) => {
  const edit = await openUser(users, company.administrator.username);
  await expect(edit.getByRole("checkbox", { name: "Active Account" })).toBeDisabled();
  await expect(edit.getByRole("checkbox", { name: "Active Account" })).toBeChecked();
  await checked(users);
  await fill(edit, { Title: "Owner" });
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(row(users, company.administrator.username)).toContainText("Owner");
  await show(users, "Show Inactive");
  await expect(users.getByText("Nobody is inactive")).toBeVisible();
  await checked(users);
});
