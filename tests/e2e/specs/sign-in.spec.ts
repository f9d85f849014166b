import { checked } from "../support/checked";
import { fullName, ownPassword } from "../support/company";
import { choosePassword, dialog, expectErrors, openUser, signIn, statusOf, toPasswordPage } from "../support/page";
import { passwordIn } from "../support/postbox";
import { PRODUCT_NAME } from "../support/program";
import { expect, test } from "../support/test";

test("an administrator signs in and is told where and who they are", async ({ page, company }) => {
  await page.goto("/");
  await expect(page).toHaveURL("/sign-in");
  await expect(page.getByRole("heading", { name: "Sign in", exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "Forgot your password?" })).toBeVisible();
  await checked(page);
  await signIn(page, company.administrator.username.toUpperCase(), company.administrator.password);
  await expect(page).toHaveURL("/users");
  await expect(page.getByRole("heading", { name: "User Accounts" })).toBeVisible();
  await expect(page.getByRole("banner")).toContainText(company.name);
  await expect(page.getByRole("banner")).toContainText(fullName(company.administrator));
  await expect(page.getByRole("banner")).toContainText(company.administrator.username);
  await expect(page).toHaveTitle(new RegExp(PRODUCT_NAME));
  await page.goto("/sign-in");
  await expect(page).toHaveURL("/users");
});

test("a link to a pop-up or a search leads there after signing in, and only then", async ({ users, company, another }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  await openUser(users, ann.username);
  const link = users.url();

  const guest = await another();
  await guest.goto(link);
  await expect(guest).toHaveURL("/sign-in");
  await signIn(guest, company.administrator.username, "not the password at all");
  await expect(guest.getByRole("alert")).toContainText("not right");
  await signIn(guest, company.administrator.username, company.administrator.password);
  await expect(guest).toHaveURL(link);
  const edit = dialog(guest, "Edit User");
  await expect(edit.getByLabel("Username")).toHaveValue(ann.username);
  await edit.getByRole("link", { name: "Cancel" }).or(edit.getByRole("button", { name: "Cancel" })).click();
  await guest.getByRole("button", { name: "Sign out" }).click();
  await signIn(guest, company.administrator.username, company.administrator.password);
  await expect(guest).toHaveURL("/users");
});

test("a wrong password, a wrong name and an empty form each say what to do", async ({ page, company }) => {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in" }).click();
  const main = page.getByRole("main");
  await expectErrors(page, main, { Username: /Enter your username/, Password: /Enter your password/ });
  await checked(page);
  const refusals: string[] = [];
  for (const [username, password] of [
    [company.administrator.username, "not the password at all"],
    [company.at("nobody"), company.administrator.password],
  ] as const) {
    const status = await statusOf(page, () => signIn(page, username, password));
    expect(status).toBe(422);
    await expect(page.getByRole("alert")).toContainText("not right");
    await expect(page.getByLabel("Username")).toHaveValue(username);
    await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
    refusals.push((await page.getByRole("alert").textContent()) ?? "");
  }
  expect(refusals[0]).toBe(refusals[1]);
  await checked(page);
});

test("a new user signs in with the mailed password and chooses their own", async ({ users, company, another }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  const mail = await company.program.postbox.mail(ann.username);
  const mailed = passwordIn(mail);
  expect(mailed.replaceAll("-", "")).not.toMatch(/[0O1lI]/);
  expect(mail.text).toContain(`${company.program.origin}/sign-in`);
  expect(mail.parsed.html).toContain(mailed);

  const hers = await another();
  await toPasswordPage(hers, ann.username, mailed);
  await expect(hers.getByRole("main")).toContainText("mailed");
  await checked(hers);
  // As often as needed, to one thing.
  for (const elsewhere of ["/users", "/account", "/"]) {
    await hers.goto(elsewhere);
    await expect(hers).toHaveURL("/password");
  }

  const own = ownPassword();
  await choosePassword(hers, mailed, own);
  await expect(hers.getByText("Your new password is saved")).toBeVisible();
  await checked(hers);
  await hers.getByRole("button", { name: "Sign out" }).click();

  await signIn(hers, ann.username, mailed);
  await expect(hers.getByRole("alert")).toContainText("not right");
  await signIn(hers, ann.username, own);
  await expect(hers.getByRole("heading", { name: "Choose your password" })).toBeVisible();

  await users.reload();
  const edit = await openUser(users, ann.username);
  await expect(edit).toContainText("Active");
});

test("an own password is refused with reasons until it is a good one", async ({ page, company }) => {
  const { username, password } = company.administrator;
  await company.signIn(page);
  await page.goto("/password");
  await checked(page);
  const main = page.getByRole("main");
  await page.getByRole("button", { name: "Save password" }).click();
  await expectErrors(page, main, { "Current password": /Enter your current/, "New password": /Enter a new/ });
  await checked(page);

  await choosePassword(page, "not my password", "too short");
  await expectErrors(page, main, { "Current password": /not your current/, "New password": /15/ });
  await choosePassword(page, password, `${username}`);
  await expectErrors(page, main, { "New password": /address|username/i });
  await choosePassword(page, password, "aaaaaaaaaaaaaaaaaaaaaaaa");
  await expectErrors(page, main, { "New password": /guess/i });

  await page.getByLabel("Current password").fill(password);
  await page.getByLabel("New password", { exact: true }).fill(ownPassword());
  await page.getByLabel("Repeat new password").fill(ownPassword());
  await page.getByRole("button", { name: "Save password" }).click();
  await expectErrors(page, main, { "Repeat new password": /different/ });
});

test("changing a password signs out everywhere else", async ({ users, company, another }) => {
  const elsewhere = await another();
  await company.signIn(elsewhere);
  await elsewhere.goto("/users");
  await users.getByRole("link", { name: "Your password" }).click();
  await choosePassword(users, company.administrator.password, ownPassword());
  await expect(users).toHaveURL("/users");
  await expect(users.getByText("signed out everywhere else")).toBeVisible();
  await elsewhere.getByRole("link", { name: "Account", exact: true }).click();
  await expect(elsewhere).toHaveURL("/sign-in");
});

test("a forgotten password is replaced through a mailed link that works once", async ({ page, company, another }) => {
  const { username, password } = company.administrator;
  const elsewhere = await another();
  await company.signIn(elsewhere);

  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await expect(page).toHaveURL("/forgot-password");
  await checked(page);
  await page.getByRole("button", { name: "Send link" }).click();
  await expectErrors(page, page.getByRole("main"), { Username: /Enter your username/ });

  const ask = async (address: string) => {
    await page.getByLabel("Username").fill(address);
    await page.getByRole("button", { name: "Send link" }).click();
    await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();
    return page.getByRole("main").innerText();
  };
  expect(await ask(company.at("nobody"))).toBe(await ask(username));
  await checked(page);

  const mail = await company.program.postbox.mail(username, /link/i);
  const link = /^(https?:\/\/\S+)$/m.exec(mail.text)?.[1] as string;
  expect(link.startsWith(company.program.origin)).toBe(true);
  expect(company.program.postbox.to(company.at("nobody"))).toEqual([]);
  // Nothing changes until the link is used.
  await company.signIn(await another(), { username, password });

  await page.goto(link);
  await expect(page.getByRole("heading", { name: "Choose your password" })).toBeVisible();
  await expect(page.getByLabel("Current password")).toHaveCount(0);
  await checked(page);
  const own = ownPassword();
  await choosePassword(page, null, own);
  await expect(page).toHaveURL("/users");

  await elsewhere.goto("/users");
  await expect(elsewhere).toHaveURL("/sign-in");
  await elsewhere.goto(link);
  await expect(elsewhere.getByText("It was used already")).toBeVisible();
  await checked(elsewhere);
  await elsewhere.goto("/sign-in");
  await signIn(elsewhere, username, password);
  await expect(elsewhere.getByRole("alert")).toContainText("not right");
  await signIn(elsewhere, username, own);
  await expect(elsewhere).toHaveURL("/users");
});

test("a user who is no administrator sees their own password page only, and why", async ({ users, company, another }) => {
  const ben = company.person("Ben", "Ode");
  await company.add(users, ben);
  const his = await another();
  const password = await company.arrive(his, ben);
  await his.goto("/sign-in");
  await expect(his).toHaveURL("/password");
  await expect(his.getByText("Your new password is saved")).toBeVisible();
  await his.goto("/password");
  await expect(his.getByText("This is the only page you need here")).toBeVisible();
  await expect(his.getByRole("navigation").getByRole("link")).toHaveText(["Your password"]);
  await checked(his);
  for (const elsewhere of ["/", "/users", "/users/new", "/account", "/password-resets/new", "/training-requests/new"]) {
    await his.goto(elsewhere);
    await expect(his).toHaveURL("/password");
  }
  const own = ownPassword();
  await choosePassword(his, password, own);
  await expect(his.getByText("Your new password is saved")).toBeVisible();
});

test("after signing out the pages are closed, also behind Back", async ({ users, company }) => {
  await users.getByRole("link", { name: "Account", exact: true }).click();
  await expect(users.getByRole("heading", { name: company.name })).toBeVisible();
  await users.getByRole("button", { name: "Sign out" }).click();
  await expect(users.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(users.getByText("You are signed out.")).toBeVisible();
  await checked(users);
  await users.goBack();
  await expect(users.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(dialog(users, "Add a User")).toHaveCount(0);
  await users.goto("/users");
  await expect(users).toHaveURL("/sign-in");
});
