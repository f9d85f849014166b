import { checked } from "../support/checked";
import { link, openUser, row, search, show, signIn } from "../support/page";
import { expect, test } from "../support/test";

test("a deactivated user is out at the next click and cannot come back", async ({ users, company, another }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  const hers = await another();
  const own = await company.arrive(hers, ann);
  await hers.goto("/password");
  await expect(hers.getByRole("heading", { name: "Choose your password" })).toBeVisible();

  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await expect(edit.getByText("Ann Lee is signed out at once")).toBeVisible();
  await expect(edit.getByText("The seat is free for somebody else.")).toBeVisible();
  await edit.getByLabel("Reason").fill("Left the company");
  await checked(users);
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(users).toHaveURL("/users");
  await expect(users.getByText("Ann Lee is deactivated and can no longer sign in")).toBeVisible();
  await expect(link(users, ann.username)).toHaveCount(0);
  await expect(users.getByText("1 of 40 seats")).toBeVisible();
  await checked(users);

  await hers.getByRole("link", { name: "Your password" }).click();
  await expect(hers).toHaveURL("/sign-in");
  await signIn(hers, ann.username, own);
  await expect(hers.getByRole("alert")).toContainText("not right");

  await show(users, "Show Inactive");
  await expect(row(users, ann.username)).toContainText("Inactive since");
  await openUser(users, ann.username);
  await expect(edit).toContainText("Left the company");
  await checked(users);
});

test("a form that is open when its sender is deactivated changes nothing", async ({ users, company, another }) => {
  const second = await company.addAdministrator("Bo", "Chen");
  const theirs = await another();
  await company.signIn(theirs, second);
  await theirs.goto("/users/new");
  const add = theirs.getByRole("dialog");
  await add.getByLabel("Username").fill(company.at("too.late"));
  await add.getByLabel("First name").fill("Too");
  await add.getByLabel("Last name").fill("Late");

  await users.reload();
  const edit = await openUser(users, second.username);
  await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(users.getByText("Bo Chen is deactivated")).toBeVisible();

  await add.getByRole("button", { name: "Add User" }).click();
  await expect(theirs).toHaveURL("/sign-in");
  await users.reload();
  await expect(link(users, company.at("too.late"))).toHaveCount(0);
});

test("the message leads to the one who left the list, and the search is still there", async ({ users, company }) => {
  const ann = company.person("Ann", "Quill");
  await company.add(users, ann, company.person("Jo", "Quill"));
  await users.goto("/users");
  await search(users, "quill");
  const edit = await openUser(users, ann.username);
  await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(users).toHaveURL(/q=quill/);
  await expect(link(users, ann.username)).toHaveCount(0);
  await expect(link(users, company.at("jo.quill"))).toBeVisible();
  await users.getByRole("link", { name: "Open Ann Quill" }).click();
  await expect(edit.getByRole("checkbox", { name: "Active Account" })).not.toBeChecked();
});

test("deactivating is taken back with Undo", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(link(users, ann.username)).toHaveCount(0);
  await users.getByRole("button", { name: "Undo" }).click();
  await expect(link(users, ann.username)).toBeVisible();
  await checked(users);
});

test("with no seat free somebody else makes room for who is reactivated, in one step", async ({ users, company }) => {
  const [ann, bea] = [company.person("Ann", "Lee"), company.person("Bea", "Moss")];
  await company.add(users, ann, bea);
  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await edit.getByRole("button", { name: "Save" }).click();
  await company.setSeats(2);
  await show(users, "Show Inactive");
  await openUser(users, ann.username);
  await expect(edit).toContainText("No seat is free. 2 of 2 seats are in use.");
  await edit.getByRole("checkbox", { name: "Active Account" }).check();
  const leaving = edit.getByRole("group", { name: "Whom to deactivate" }).getByRole("radio", { name: /Bea Moss/ });
  await expect(leaving).toBeVisible();
  await checked(users);
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(edit.getByRole("alert")).toContainText("No seat is free. Choose below whom to deactivate for this one");
  await expect(edit.getByRole("checkbox", { name: "Active Account" })).toBeChecked();
  await checked(users);
  await leaving.check();
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(users.getByText("Bea Moss is deactivated, and can be reactivated once a seat is free. Ann Lee is active again.")).toBeVisible();
  await expect(link(users, bea.username)).toBeVisible();
  await show(users, "Show Active");
  await expect(row(users, ann.username)).toBeVisible();
  await expect(users.getByText("2 of 2 seats")).toBeVisible();
});

test("a different person under the same username is stopped, and replaced or kept", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await edit.getByLabel("Username").fill(company.at("bert.stone"));
  await edit.getByLabel("First name").fill("Bert");
  await edit.getByLabel("Last name").fill("Stone");
  await edit.getByRole("button", { name: "Save" }).click();
  const guard = users.getByRole("dialog", { name: "This looks like a different person" });
  await expect(guard).toBeVisible();
  await checked(users);
  await guard.getByRole("button", { name: "Replace" }).click();
  await expect(row(users, company.at("bert.stone"))).toContainText("Bert Stone");
  await expect(link(users, ann.username)).toHaveCount(0);
  await show(users, "Show Inactive");
  await expect(row(users, ann.username)).toContainText("Ann Lee");
  const left = await openUser(users, ann.username);
  await left.getByRole("link", { name: "History" }).click();
  await expect(users.getByText("Replaced: left, and Bert Stone came in their place.")).toBeVisible();
  await checked(users);
});
