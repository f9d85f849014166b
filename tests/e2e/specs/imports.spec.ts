import { checked } from "../support/checked";
import { dialog, link, open } from "../support/page";
import { passwordIn } from "../support/postbox";
import { expect, test } from "../support/test";
import type { Page } from "@playwright/test";

/** Chooses a file, as a person does. */
async function choose(page: Page, text: string | Buffer, name = "people.csv") {
  const buffer = typeof text === "string" ? Buffer.from(text) : text;
  await page.getByLabel("File", { exact: true }).setInputFiles({ name, mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "Check the list" }).click();
}

async function toImport(page: Page) {
  await page.goto("/users");
  await page.getByRole("link", { name: "Import a list" }).click();
  await expect(page.getByRole("heading", { name: "Import a list" })).toBeVisible();
}

test("a file is checked line by line, chosen from, run, and its refused lines are mended", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await toImport(users);
  await checked(users);
  const list = [
    "Last name;First name;Email;Job title;Phone",
    `Muñoz;Zoë;${company.at("zoe.munoz")};Head of Sales;+49 30 1234`,
    `Poe;Pat;${company.at("pat.poe")};;`,
    `Lee;Ann;${ann.username};;`,
    `;Max;max@elsewhere.example;=SUM(A1);`,
  ].join("\r\n");
  await choose(users, Buffer.from(list, "latin1"));
  await expect(users).toHaveURL(/\/imports\/[0-9a-f-]{36}$/);
  for (const words of ["2 will be added", "1 unchanged", "1 refused"]) {
    await expect(users.getByRole("link", { name: words })).toBeVisible();
  }
  await expect(users.getByText("Nothing has been changed yet.")).toBeVisible();
  await expect(users.getByText(/Username: Use an email address of your company.*Last name: Enter the last name\./)).toBeVisible();
  await expect(users.getByRole("button", { name: "Import 2 people" })).toBeVisible();
  await checked(users);

  await users.getByRole("button", { name: "Leave out line 3" }).click();
  await expect(users.getByRole("button", { name: "Import 1 person" })).toBeVisible();
  await expect(users.getByRole("button", { name: "Include line 3" })).toBeVisible();
  await users.getByRole("button", { name: "Import 1 person" }).click();
  await expect(users.getByRole("progressbar", { name: "Done", exact: true })).toBeVisible();
  await expect(users.getByRole("link", { name: "1 added" })).toBeVisible();
  await expect(users.getByRole("link", { name: "1 left out" })).toBeVisible();
  await checked(users);
  passwordIn(await company.program.postbox.mail(company.at("zoe.munoz"), /^Password: /m));

  const refused = users.waitForEvent("download");
  await users.getByRole("link", { name: "Download the refused lines" }).click();
  const stream = await (await refused).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const file = Buffer.concat(chunks).toString("utf8");
  expect(file).toContain("'=SUM(A1)");
  await users.getByRole("link", { name: "import another list" }).click();
  await choose(users, file.replace("max@elsewhere.example,Max,,", `${company.at("max")},Max,Mustermann,`));
  await users.getByRole("button", { name: "Import 1 person" }).click();
  await expect(users.getByRole("link", { name: "1 added" })).toBeVisible();

  await users.goto("/users");
  await expect(link(users, company.at("max"))).toBeVisible();
  await expect(link(users, company.at("zoe.munoz"))).toBeVisible();
  await expect(link(users, company.at("pat.poe"))).toHaveCount(0);
  await expect(users.getByRole("cell", { name: "=SUM(A1)", exact: true })).toBeVisible();
});

test("cells that were copied from a spreadsheet are a list; what is none is told and stays", async ({ users, company }) => {
  await users.goto("/users");
  await open(users, "Add a User");
  await dialog(users, "Add a User").getByRole("link", { name: "Import a list" }).click();
  await users.getByRole("button", { name: "Check the list" }).click();
  await expect(users.getByRole("alert")).toBeFocused();
  await expect(users.getByLabel("File", { exact: true })).toHaveAccessibleDescription(/Choose a file, or paste a list below\./);
  const paste = users.getByLabel("Or paste a list", { exact: true });
  await paste.fill("First name\tLast name\nJo\tOak");
  await users.getByRole("button", { name: "Check the list" }).click();
  await expect(paste).toHaveAccessibleDescription(/none of them is Username or Email/);
  await expect(paste).toHaveValue("First name\tLast name\nJo\tOak");
  await expect(users).toHaveTitle(/^Error: /);
  await checked(users);
  await paste.fill(`Username\tFirst name\tLast name\n${company.at("jo")}\tJo\t<b>Oak</b>\n`);
  await users.getByRole("button", { name: "Check the list" }).click();
  await expect(users.getByRole("cell", { name: "Jo <b>Oak</b>" })).toBeVisible();
  await users.getByRole("button", { name: "Import 1 person" }).click();
  await expect(users.getByRole("link", { name: "1 added" })).toBeVisible();
});

test("a list names who leaves for whom, also with every seat in use", async ({ users, company }) => {
  const tom = company.person("Tom", "Leaver");
  await company.add(users, tom);
  await company.setSeats(2);
  await toImport(users);
  const paste = users.getByLabel("Or paste a list", { exact: true });
  await paste.fill(`Username\tFirst name\tLast name\tReplaces\n${company.at("nora")}\tNora\tNew\t${tom.username}\n`);
  await users.getByRole("button", { name: "Check the list" }).click();
  await expect(users.getByRole("link", { name: "1 will replace" })).toBeVisible();
  await expect(users.getByRole("cell", { name: /In the place of Tom Leaver, who is deactivated\./ })).toBeVisible();
  await expect(users.getByText("Whoever is replaced is deactivated in the same moment.")).toBeVisible();
  await checked(users);
  await users.getByRole("button", { name: "Import 1 person" }).click();
  await expect(users.getByRole("link", { name: "1 replaced" })).toBeVisible();
  passwordIn(await company.program.postbox.mail(company.at("nora"), /^Password: /m));
  await users.goto("/users");
  await expect(link(users, company.at("nora"))).toBeVisible();
  await expect(link(users, tom.username)).toHaveCount(0);
});

test("who has a seat follows the choice, also where no script runs", async ({ users, company }) => {
  await company.setSeats(3);
  await toImport(users);
  const paste = users.getByLabel("Or paste a list", { exact: true });
  await paste.fill(["ann", "bea", "cat"].map((name) => `${company.at(name)},${name},Poe`).join("\n"));
  await users.getByRole("button", { name: "Check the list" }).click();
  const row = (name: string) => users.getByRole("row", { name: company.at(name) });
  const standing = users.locator("[data-standing]");
  await expect(standing).toHaveText("3 seats are needed and 2 of 3 are free, so the last person who needs one cannot be imported.");
  await expect(row("cat")).toContainText("No seat is left");
  await checked(users);
  await users.getByRole("button", { name: "Leave out line 1" }).click();
  await expect(row("ann")).toContainText("Left out");
  await expect(row("cat")).toContainText("Will be added");
  await expect(standing).toHaveText("2 seats are needed and 2 of 3 are free.");
  await users.getByRole("button", { name: "Include line 1" }).click();
  await users.getByRole("link", { name: "1 without a seat" }).click();
  await expect(row("cat")).toBeVisible();
  await expect(row("bea")).toHaveCount(0);
  await users.getByRole("button", { name: "Import 2 people" }).click();
  await expect(users.getByRole("progressbar", { name: "All 3 done" })).toBeVisible();
  await users.getByRole("link", { name: "1 refused" }).click();
  await expect(row("cat")).toContainText("No seat was free for this line.");
});

test("a list that was left is found again where lists are handed in", async ({ users, company }) => {
  await toImport(users);
  const unrun = users.getByRole("heading", { name: "Lists checked and not run" });
  await expect(unrun).toHaveCount(0);
  await choose(users, `${company.at("ann")},Ann,Poe\n${company.at("bea")},Bea,Poe`);
  await expect(users.getByText("Unless you run it, this list is deleted on")).toBeVisible();
  await toImport(users);
  await expect(unrun).toBeVisible();
  await checked(users);
  await users.getByRole("link", { name: "people.csv" }).click();
  await users.getByRole("button", { name: "Import 2 people" }).click();
  await expect(users.getByRole("progressbar", { name: "All 2 done" })).toBeVisible();
  await toImport(users);
  await expect(unrun).toHaveCount(0);
  await expect(users.getByRole("heading", { name: "Lists that ran" })).toBeVisible();
});

test("the run goes on by itself and its page follows", async ({ users, company }) => {
  await company.setSeats(2_000);
  const list = Array.from({ length: 1_500 }, (_, number) => `${company.at(`p${number}`)},Pat,Poe`).join("\n");
  await toImport(users);
  await choose(users, list);
  await users.getByRole("button", { name: "Import 1,500 people" }).click();
  await expect(users.getByRole("progressbar", { name: "All 1,500 done" })).toBeVisible({ timeout: 30_000 });
  await users.getByRole("link", { name: "Next" }).click();
  await expect(users.getByRole("link", { name: company.at("p100") })).toBeVisible();
  await users.goto("/activity");
  await expect(users.getByText("The import of a list finished: 1,500 added.")).toBeVisible();
});

test("leaving a line out far down the list moves nothing, keeps the focus, and says what is left", { tag: "@script" }, async ({ users, company }) => {
  await company.setSeats(40);
  await toImport(users);
  const people = Array.from({ length: 60 }, (_, number) => `${company.at(`p${number}`)},Pat,Poe${number}`);
  await users.getByLabel("Or paste a list", { exact: true }).fill(people.join("\n"));
  await users.getByRole("button", { name: "Check the list" }).click();
  const button = (name: string) => users.getByRole("button", { name, exact: true });
  // Several people may stand on one line: the button says whom it is about.
  const who = `line 35, ${company.at("p34")}`;
  await button(`Leave out ${who}`).focus();
  const before = await users.evaluate(() => scrollY);
  expect(before).toBeGreaterThan(500);
  await users.keyboard.press("Enter");
  await expect(button(`Include ${who}`)).toBeFocused();
  expect(await users.evaluate(() => scrollY)).toBe(before);
  const standing = users.locator("[data-standing]");
  await expect(standing).toHaveText("59 seats are needed and 39 of 40 are free, so the last 20 people who need one cannot be imported.");
  await expect(standing).toBeInViewport();
  await expect(users.locator("#announcer")).toContainText("59 seats are needed");
  await expect(button("Import 39 people")).toBeInViewport();
  await checked(users);
  // With some left out and the others in, both ways are there; the one that is pressed goes.
  await button("Include all").focus();
  await users.keyboard.press("Enter");
  await expect(button(`Leave out ${who}`)).toBeVisible();
  await expect(button("Include all")).toHaveCount(0);
  await expect(standing).toBeFocused();
  // Of a list that was started in another window nobody is left out any more.
  const other = await users.context().newPage();
  await other.goto(users.url());
  await other.getByRole("button", { name: "Import 39 people" }).click();
  await expect(other.getByRole("progressbar", { name: "All 60 done" })).toBeVisible();
  await button(`Leave out ${who}`).click();
  await expect(users.getByText("This list was started meanwhile")).toBeInViewport();
  await expect(users.getByRole("link", { name: "39 added" })).toBeVisible();
});

test("a list that is not to be run is deleted where it stands", async ({ users, company }) => {
  await toImport(users);
  await choose(users, `${company.at("ann")},Ann,Poe`);
  await checked(users);
  await users.getByRole("button", { name: "Delete it now" }).click();
  await expect(users.getByText("The list was deleted. Nothing else was changed.")).toBeVisible();
  await expect(users.getByRole("heading", { name: "Lists checked and not run" })).toHaveCount(0);
});
