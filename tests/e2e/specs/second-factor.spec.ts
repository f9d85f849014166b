import type { Page } from "@playwright/test";

import { checked } from "../support/checked";
import type { Company } from "../support/company";
import { hasScript, openUser } from "../support/page";
import { expect, test } from "../support/test";
import { totp } from "../support/totp";

async function setUp(page: Page, company: Company): Promise<{ secret: string; codes: string[] }> {
  await page.goto("/password");
  await page.getByRole("link", { name: "Second factor" }).click();
  await expect(page.getByRole("heading", { name: "Second factor" })).toBeVisible();
  await checked(page);
  await page.getByLabel("Current password").fill(company.administrator.password);
  await page.getByRole("button", { name: "Set up" }).click();
  await expect(page.getByRole("img", { name: "The key, to be scanned" })).toBeVisible();
  await checked(page);
  const secret = (await page.getByRole("code").innerText()).replace(/\s/g, "");
  await page.getByLabel("Code").fill("000000");
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByRole("alert")).toContainText("This code is not right");
  await checked(page);
  await page.getByLabel("Code").fill(totp(secret));
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByRole("heading", { name: "Recovery codes" })).toBeVisible();
  await checked(page);
  const codes = await page.getByRole("code").allInnerTexts();
  expect(codes).toHaveLength(10);
  const text = await page.request.get("/second-factor/recovery-codes.txt");
  for (const code of codes) expect(await text.text()).toContain(code);
  for (const name of ["Copy", "Print"]) await expect(page.getByRole("button", { name })).toBeVisible({ visible: await hasScript(page) });
  await page.reload();
  expect(await page.getByRole("code").allInnerTexts()).toEqual(codes);
  await page.getByRole("button", { name: "I have saved them" }).click();
  await expect(page).toHaveURL(/\/users/);
  return { secret, codes };
}

async function giveParts(page: Page, company: Company) {
  await page.goto("/sign-in");
  await page.getByLabel("Username").fill(company.administrator.username);
  await page.getByLabel("Password").fill(company.administrator.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL("/second-factor");
}

test("a second factor is set up, asked for at sign-in, and its code is good once", async ({ users, company, another }) => {
  const { secret } = await setUp(users, company);
  await company.program.postbox.mail(company.administrator.username, /A second factor was set up/);
  const elsewhere = await another();
  await giveParts(elsewhere, company);
  await checked(elsewhere);
  await elsewhere.goto("/users");
  await expect(elsewhere).toHaveURL("/second-factor");
  // The code that turned it on is used up; the one of the next half minute is not.
  await elsewhere.getByLabel("Code").fill(totp(secret));
  await elsewhere.getByRole("button", { name: "Continue" }).click();
  const firstWasUsed = elsewhere.url().endsWith("/second-factor");
  if (firstWasUsed) {
    await expect(elsewhere.getByRole("alert")).toContainText("it was used already");
    await checked(elsewhere);
    await elsewhere.getByLabel("Code").fill(totp(secret, 1));
    await elsewhere.getByRole("button", { name: "Continue" }).click();
  }
  await expect(elsewhere.getByRole("heading", { name: "User Accounts" })).toBeVisible();
});

test("a recovery code signs in when the phone is lost, once", async ({ users, company, another }) => {
  const { codes } = await setUp(users, company);
  const elsewhere = await another();
  await giveParts(elsewhere, company);
  await elsewhere.getByLabel("Code").fill(codes[0]?.toLowerCase() ?? "");
  await elsewhere.getByRole("button", { name: "Continue" }).click();
  await expect(elsewhere.getByRole("heading", { name: "User Accounts" })).toBeVisible();
  await company.program.postbox.mail(company.administrator.username, /one of your recovery codes/);
  await elsewhere.goto("/second-factor");
  await expect(elsewhere.getByText("9 recovery codes are left.")).toBeVisible();
  await checked(elsewhere);
});

test("the account demands it, and a second administrator is led to set theirs up", async ({ users, company, another }) => {
  await setUp(users, company);
  const kim = company.person("Kim", "Pole");
  await company.add(users, kim);
  const theirs = await another();
  await company.arrive(theirs, kim);
  await users.goto("/users");
  const edit = await openUser(users, kim.username);
  await edit.getByRole("link", { name: "Make administrator" }).click();
  await users.getByRole("button", { name: "Make administrator" }).click();
  await users.goto("/account");
  await users.getByRole("link", { name: "Require a second factor" }).click();
  await expect(users.getByText("1 of 2 administrators has none yet:")).toBeVisible();
  await expect(users.getByRole("link", { name: `${kim.firstName} ${kim.lastName}` })).toBeVisible();
  await checked(users);
  await users.getByRole("button", { name: "Require a second factor" }).click();
  await expect(users.getByText("Administrators need a second factor from now on.")).toBeVisible();
  await checked(users);
  await theirs.goto("/users");
  await expect(theirs).toHaveURL("/second-factor");
  await expect(theirs.getByText("Your account requires administrators to use a second factor.")).toBeVisible();
  await checked(theirs);
});

test("Customer Success removes it where phone and recovery codes are lost", async ({ users, company, another }) => {
  const { program, administrator } = company;
  await expect(program.command(["support", "second-factor-reset", administrator.username])).rejects.toThrow(
    `Nobody with the address ${administrator.username} has a second factor. Nothing was removed.`,
  );
  await setUp(users, company);
  const said = await program.command(["support", "second-factor-reset", administrator.username.toUpperCase()]);
  expect(said).toBe(`Removed. ${administrator.username} is signed out, signs in with the password alone, and is told by mail.\n`);
  await users.goto("/users");
  await expect(users).toHaveURL(/\/sign-in/);
  await program.postbox.mail(administrator.username, /second factor was removed/i);
  const elsewhere = await another();
  await company.signIn(elsewhere);
  await elsewhere.goto("/activity");
  const line = elsewhere.getByRole("listitem").filter({ hasText: "Ada Berg: The second factor was removed." });
  await expect(line).toContainText("Customer Success");
});
