import { randomUUID } from "node:crypto";
import { checked } from "../support/checked";
import { Company } from "../support/company";
import { link, openUser } from "../support/page";
import { SUPPORT_EMAIL, SUPPORT_PHONE } from "../support/program";
import { expect, test } from "../support/test";

test("what is not there says so and leads back", async ({ users }) => {
  for (const path of ["/nothing", "/users/nobody", `/users/${randomUUID()}`, `/password-resets/${randomUUID()}`, `/training-requests/${randomUUID()}`]) {
    const answer = await users.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(users.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
    await expect(users.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Users" }), path).toBeVisible();
    await expect(users.getByRole("button", { name: "Sign out" }), path).toBeVisible();
  }
  await expect(users.getByRole("contentinfo")).toContainText(SUPPORT_PHONE);
  await expect(users.getByRole("contentinfo")).toContainText(SUPPORT_EMAIL);
  await checked(users);
  await users.getByRole("main").getByRole("link").first().click();
  await expect(users.getByRole("heading", { name: "User Accounts" })).toBeVisible();
});

test("people of another account are not there either", async ({ users, company, another }) => {
  const stranger = await Company.create(company.program);
  const theirs = await another();
  await stranger.signIn(theirs);
  await theirs.goto("/users");
  await openUser(theirs, stranger.administrator.username);
  const address = theirs.url();
  for (const path of [address, `${address}/history`, `${address}/administrator`]) {
    expect((await users.goto(path))?.status()).toBe(404);
    expect(await users.content()).not.toContain(stranger.administrator.username);
  }
  await users.goto("/users");
  await expect(link(users, stranger.administrator.username)).toHaveCount(0);
});

test("every page behind sign-in leads a stranger to sign in", async ({ page, company }) => {
  expect(company.id).toBeTruthy();
  const id = randomUUID();
  for (const path of ["/", "/users", "/users/new", `/users/${id}`, `/users/${id}/history`, "/password-resets/new", "/training-requests/new", "/account", "/password"]) {
    await page.goto(path);
    await expect(page, path).toHaveURL("/sign-in");
  }
});

test("an error page for a stranger shows nothing of an account", async ({ page }) => {
  expect((await page.goto("/nothing"))?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no such page");
  await expect(page.getByRole("button", { name: "Sign out" })).toHaveCount(0);
  await checked(page);
});
