import { checked } from "../support/checked";
import { atTheTop, dialog, expectErrors, expectFilled, fill, open, openUser, row, search, statusOf } from "../support/page";
import { passwordIn } from "../support/postbox";
import { expect, test } from "../support/test";

test("a user is added in the pop-up and gets a random password by mail", async ({ users, company }) => {
  const add = await open(users, "Add a User");
  await expect(users).toHaveURL("/users/new");
  await expect(add.getByLabel("Username")).toBeFocused();
  await expect(add.getByLabel("Username")).toHaveAccessibleDescription(new RegExp(`@${company.domain}`));
  for (const name of ["Username", "First name", "Last name"]) {
    await expect(add.getByRole("textbox", { name, exact: true })).toHaveAttribute("required", "");
  }
  for (const name of ["Title", "Department", "Phone"]) {
    await expect(add.getByRole("textbox", { name, exact: true })).toHaveAccessibleDescription(/recommended/i);
  }
  await expect(add).toContainText("random password will be mailed");
  await checked(users);

  const username = company.at("grace.hill");
  await fill(add, {
    Username: `  Grace.Hill@${company.domain.toUpperCase()} `,
    "First name": "Grace",
    "Last name": "Hill",
    Title: "Head of Sales",
    Department: "Sales",
    Phone: "+1 555 0188",
  });
  expect(await statusOf(users, () => add.getByRole("button", { name: "Add User" }).click())).toBe(303);
  await expect(users).toHaveURL("/users");
  await expect(users.getByText(`Grace Hill was added. A password is on its way to ${username}.`)).toBeVisible();
  for (const words of ["Grace Hill", "Head of Sales", "Sales", "+1 555 0188", "Never"]) {
    await expect(row(users, username)).toContainText(words);
  }
  await checked(users);

  const first = passwordIn(await company.program.postbox.mail(username));
  await expect(async () => {
    await users.reload();
    await expect(row(users, username)).toContainText("Password sent", { timeout: 500 });
  }).toPass();
  const sam = company.person("Sam", "Oak");
  await company.add(users, sam);
  expect(passwordIn(await company.program.postbox.mail(sam.username))).not.toBe(first);
  expect(await users.content()).not.toContain(first);
});

test("only username, first and last name are required", async ({ users, company }) => {
  const add = await open(users, "Add a User");
  await fill(add, { Username: company.at("li.wu"), "First name": "Li", "Last name": "Wu" });
  await add.getByRole("button", { name: "Add User" }).click();
  await expect(row(users, company.at("li.wu"))).toContainText("Li Wu");
});

test("everything that is missing or wrong is said at once, and what was typed stays", async ({ users, company }) => {
  const add = await open(users, "Add a User");
  await add.getByRole("button", { name: "Add User" }).click();
  await expectErrors(users, add, {
    Username: /Enter the username/,
    "First name": /first name/i,
    "Last name": /last name/i,
  });
  await checked(users);

  const typed = {
    Username: "kim@elsewhere.example",
    "First name": "Kim",
    "Last name": " ",
    Title: "Analyst",
    Department: "Research",
    Phone: "call me",
  };
  await fill(add, typed);
  expect(await statusOf(users, () => add.getByRole("button", { name: "Add User" }).click())).toBe(422);
  await expectErrors(users, add, {
    Username: new RegExp(`company.*@${company.domain}`),
    "Last name": /last name/i,
    Phone: /phone/i,
  });
  const { "Last name": _, ...kept } = typed;
  await expectFilled(add, kept);
  await checked(users);

  await add.getByRole("alert").getByRole("link", { name: /last name/i }).click();
  await expect(add.getByLabel("Last name")).toBeFocused();
  await fill(add, { Username: company.at("kim"), "Last name": "Park", Phone: "" });
  await add.getByRole("button", { name: "Add User" }).click();
  await expect(row(users, company.at("kim"))).toContainText("Research");
});

for (const username of ["kim", "kim@", "kim park@DOMAIN", "kim@sub.DOMAIN", "kim@DOMAIN.evil.example", "kim@evilDOMAIN", "straße@DOMAIN"]) {
  test(`the username ${username} is refused`, async ({ users, company }) => {
    const typed = username.replace("DOMAIN", company.domain);
    const add = await open(users, "Add a User");
    await fill(add, { Username: typed, "First name": "Kim", "Last name": "Park" });
    await add.getByRole("button", { name: "Add User" }).click();
    await expectErrors(users, add, { Username: /address|letters/ });
    await expectFilled(add, { Username: typed });
  });
}

test("pressing Add User twice adds once", async ({ users, company }) => {
  const add = await open(users, "Add a User");
  const username = company.at("twice.pressed");
  await fill(add, { Username: username, "First name": "Twice", "Last name": "Pressed" });
  await add.getByRole("button", { name: "Add User" }).dblclick();
  await expect(users).toHaveURL("/users");
  await expect(row(users, username)).toHaveCount(1);
  await company.program.postbox.mail(username);
  const after = company.person("Comes", "After");
  await company.add(users, after);
  await company.program.postbox.mail(after.username);
  expect(company.program.postbox.to(username)).toHaveLength(1);
  await openUser(users, username);
  await users.getByRole("link", { name: "History" }).click();
  await expect(users.getByText("Added as")).toHaveCount(1);
});

test("markup in a name is text everywhere", async ({ users, company }) => {
  const name = `<b>Mal</b> "x" <script>alert(1)</script>`;
  const add = await open(users, "Add a User");
  const username = company.at("mal");
  await fill(add, { Username: username, "First name": name, "Last name": "<i>O'Neil</i> & Co" });
  await add.getByRole("button", { name: "Add User" }).click();
  await expect(users.getByText(`${name} <i>O'Neil</i> & Co was added.`)).toBeVisible();
  await expect(row(users, username)).toContainText(name);
  const edit = await openUser(users, username);
  await expect(edit.getByLabel("First name")).toHaveValue(name);
  await checked(users);
  const mail = await company.program.postbox.mail(username);
  expect(mail.parsed.html).not.toMatch(/<script>|<b>Mal|<i>O'Neil/);
});

test("filter, search and order come back after adding", async ({ users, company }) => {
  await company.add(users, company.person("Jo", "Quill"), company.person("Ina", "Quill"));
  await users.goto("/users");
  await search(users, "quill");
  await users.getByRole("columnheader", { name: "Name", exact: true }).getByRole("link").click();
  const place = users.url();
  const add = await open(users, "Add a User");
  await fill(add, { Username: company.at("zoe.quill"), "First name": "Zoe" });
  await add.getByRole("button", { name: "Add User" }).click();
  await expectErrors(users, add, { "Last name": /last name/i });
  await fill(add, { "Last name": "Quill" });
  await add.getByRole("button", { name: "Add User" }).click();
  await expect(users).toHaveURL(place);
  await expect(row(users, company.at("zoe.quill"))).toBeVisible();
});

test.describe("with one seat left", () => {
  test.use({ seats: 2 });

  test("the last seat is taken, then the pop-up says so before anything is typed", async ({ users, company }) => {
    await expect(users.getByText("1 of 2 seats")).toBeVisible();
    await company.add(users, company.person("Eve", "Last"));
    await users.goto("/users");
    await expect(users.getByText("2 of 2 seats")).toBeVisible();
    await expect(users.getByRole("meter", { name: "Seats in use" })).toHaveAttribute("aria-valuenow", "2");
    const add = await open(users, "Add a User");
    await expect(add).toContainText("No seat is free.");
    await expect(add).toContainText("deactivate a user first");
    await checked(users);
    await fill(add, { Username: company.at("one.more"), "First name": "One", "Last name": "More" });
    expect(await statusOf(users, () => add.getByRole("button", { name: "Add User" }).click())).toBe(422);
    await expect(add.getByRole("alert")).toContainText(/No seat is free|Choose/);
    await expectFilled(add, { Username: company.at("one.more") });
    await checked(users);
    await users.goto("/users");
    await expect(users.getByRole("row")).toHaveCount(3);

    // "You may need to first deactivate an existing user."
    const edit = await openUser(users, company.at("eve.last"));
    await edit.getByLabel("Active Account").uncheck();
    await edit.getByRole("button", { name: "Save" }).click();
    await atTheTop(users, "Add a User").click();
    await fill(dialog(users, "Add a User"), { Username: company.at("one.more"), "First name": "One", "Last name": "More" });
    await dialog(users, "Add a User").getByRole("button", { name: "Add User" }).click();
    await expect(row(users, company.at("one.more"))).toBeVisible();
  });
});
