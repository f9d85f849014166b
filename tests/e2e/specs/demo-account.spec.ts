// The demo account as the README and docs/support.md walk through it.
import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import { checked } from "../support/checked";
import { ownPassword } from "../support/company";
import { dialog, fill, link, open, openUser, signIn } from "../support/page";
import type { Program } from "../support/program";
import { expect, test } from "../support/test";

const ACCOUNT = "Acme Instruments";

interface Listed {
  readonly name: string;
  readonly active: number;
  readonly seats: number;
}

async function acme(program: Program): Promise<Listed> {
  const accounts: Listed[] = JSON.parse(await program.command(["account", "list", "--json"]));
  const found = accounts.find((account) => account.name === ACCOUNT);
  if (!found) throw new Error("There is no demo account.");
  return found;
}

async function setSeats(program: Program, seats: number) {
  await program.command(["account", "set-seats", "--account", ACCOUNT, "--seats", String(seats)]);
}

/** One more administrator: the account's own password is said once, to whoever started the program. */
async function administrate(page: Page, program: Program) {
  const username = `walker.${randomBytes(4).toString("hex")}@acme.example`;
  const password = ownPassword();
  await setSeats(program, (await acme(program)).active + 6);
  await program.command(
    ["account", "add-administrator", "--account", ACCOUNT, "--email", username, "--first-name", "Wil", "--last-name", "Walker", "--password-stdin"],
    `${password}\n`,
  );
  await page.goto("/sign-in");
  await signIn(page, username, password);
  await expect(page.getByRole("heading", { name: "User Accounts" })).toBeVisible();
}

test("each address of the README is the case that it says", async ({ page, program }) => {
  await administrate(page, program);
  for (const [address, told, staff] of [
    ["marcus.reed@acme.example", "It belongs to Marcus Reed, who is active in your account.", "by an active user of this account"],
    ["hans.gruber@acme.example", "Hans Gruber is inactive: show inactive users", "by an inactive user of this account: Reactivate"],
    ["grace.kim@acme-labs.example", "Nobody in your account has it.", `${ACCOUNT}: already in use, in another account`],
    ["paul.sanders@acme-labs.example", "Nobody in your account has it.", `${ACCOUNT}: already in use, in another account`],
    ["emma.brown@acme.example", "it was the username of Emma O’Connor, who has emma.oconnor@acme.example now.", "the former address of somebody, kept for 30 days"],
  ] as const) {
    await page.goto("/users");
    const add = await open(page, "Add a User");
    await fill(add, { Username: address, "First name": "Once", "Last name": "More" });
    await add.getByRole("button", { name: "Add User" }).click();
    await expect(add.getByRole("alert")).toContainText("Email address is already in use");
    await expect(add.locator("#address-conflict")).toContainText(told);
    await expect(add).not.toContainText("Globex");
    expect(await program.command(["support", "email", address])).toContain(staff);
  }
});

test("with no seat free, who never signed in is offered with the reason and makes room", async ({ page, program }) => {
  await administrate(page, program);
  const { active } = await acme(program);
  await setSeats(program, active);
  const joiner = `ned.${randomBytes(4).toString("hex")}@acme.example`;
  await page.goto("/users?q=zzz&sort=-name");
  const add = await open(page, "Add a User");
  await expect(add).toContainText("No seat is free.");
  const liam = add.getByRole("radio", { name: /Liam Walsh.*Never signed in, added/s });
  await expect(liam).toBeVisible();
  await expect(add.getByRole("radio", { name: /Last signed in/ }).first()).toBeVisible();
  await checked(page);
  await fill(add, { Username: joiner, "First name": "Ned", "Last name": "Newcomer" });
  await add.getByRole("button", { name: "Add User" }).click();
  await expect(add.getByRole("alert")).toContainText("Nobody was added. Choose whom to deactivate");
  await expect(add.getByLabel("Username")).toHaveValue(joiner);
  await liam.check();
  await add.getByRole("button", { name: "Add User" }).click();
  await expect(page.getByText(`Liam Walsh was deactivated and Ned Newcomer was added. A password is on its way to ${joiner}.`)).toBeVisible();
  await expect(page).toHaveURL("/users?q=zzz&sort=-name");
  expect((await acme(program)).active).toBe(active);

  // Everything but the name as it was, for whoever comes after.
  await setSeats(program, active + 1);
  await page.getByRole("link", { name: "Open Liam Walsh" }).click();
  const edit = dialog(page, "Edit User");
  await expect(edit).toContainText("Made room for Ned Newcomer");
  await edit.getByRole("checkbox", { name: "Active Account" }).check();
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Liam Walsh is active again.")).toBeVisible();
});

test("who has none here but one on the other side is named, one click away", async ({ page, program }) => {
  await administrate(page, program);
  await page.getByLabel("Search").fill("petra nováková");
  await page.getByLabel("Search").press("Enter");
  await expect(page.getByRole("heading", { name: "No active user matches" })).toBeVisible();
  await page.getByRole("link", { name: "1 inactive user matches: Petra Nováková" }).click();
  await expect(page.getByLabel("Show", { exact: true })).toHaveValue("inactive");
  await expect(link(page, "petra.novak@acme.example")).toBeVisible();
  const edit = await openUser(page, "petra.novak@acme.example");
  await expect(edit).toContainText("Added by mistake: works for a supplier");
});
