// Every page and pop-up, wide and narrow, light and dark: to be looked at, not compared.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { Company, ownPassword } from "../support/company";
import { box, choosePassword, fill, open, openUser, search, show } from "../support/page";
import { linkIn, passwordIn } from "../support/postbox";
import { expect, test } from "../support/test";
import { totp } from "../support/totp";

const WIDTHS = [1280, 390];
const SCHEMES = ["light", "dark"] as const;

// Without it the pages are only walked through, as the HTML checker wants them.
const folder = process.env.SCREENSHOTS;
let number = 0;

async function picture(page: Page, name: string) {
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  number += 1;
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const file = `${String(number).padStart(2, "0")}-${name}-${width}-${colorScheme}.png`;
      await page.screenshot({ path: join(folder, file), fullPage: (await page.getByRole("dialog").count()) === 0 });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  if (before) await page.setViewportSize(before);
}

const PEOPLE = [
  ["Grace", "Hill", "Head of Sales", "Sales"],
  ["René", "Müller", "Account Executive", "Sales"],
  ["Priya", "Raman", "Analyst", "Research"],
  ["Tomasz", "Wiśniewski", "Sales Operations Manager, Central and Eastern Europe", "Operations"],
  ["Li", "Wu", "", "Marketing"],
  ["Oluwaseun", "Adeyemi", "Demand Generation", "Marketing"],
  ["Sam", "Oak", "Intern", ""],
  ["Mia", "Lund", "Recruiter", "People"],
] as const;

test.use({ seats: 12 });

test("the way in", async ({ page, company, another }) => {
  await page.goto("/sign-in");
  await picture(page, "sign-in");
  await page.getByRole("button", { name: "Sign in" }).click();
  await picture(page, "sign-in-errors");
  await page.goto("/forgot-password");
  await picture(page, "forgot-password");
  await page.getByLabel("Username").fill(company.administrator.username);
  await page.getByRole("button", { name: "Send link" }).click();
  await picture(page, "forgot-password-sent");
  const link = linkIn(await company.program.postbox.mail(company.administrator.username));
  await page.goto(link);
  await picture(page, "password-by-link");
  await company.signIn(page);
  await page.goto("/password");
  await picture(page, "password");
  await page.getByRole("button", { name: "Save password" }).click();
  await picture(page, "password-errors");
  const ann = company.person("Ann", "Lee");
  await company.add(page, ann);
  const hers = await another();
  await company.signIn(hers, { username: ann.username, password: passwordIn(await company.program.postbox.mail(ann.username)) });
  await hers.goto("/password");
  await picture(hers, "password-mailed");
  await company.arrive(hers, ann);
  await hers.goto("/password");
  await picture(hers, "password-of-a-user");
  await hers.goto("/nothing");
  await picture(hers, "not-found");
});

test("the list and its pop-ups", async ({ users, company, another }) => {
  await picture(users, "list-new-account");
  await users.goto("/nothing");
  await picture(users, "not-found-for-an-administrator");
  const people = PEOPLE.map(([firstName, lastName, title, department], at) => ({
    username: company.at(`${firstName}.${lastName}`.toLowerCase().normalize("NFD").replaceAll(/[^a-z.]/g, "")),
    firstName, lastName, title, department, phone: at % 3 ? `+1 555 01${10 + at}` : "",
  }));
  const [grace, rene, priya] = people as [typeof people[0], typeof people[0], typeof people[0]];
  company.program.postbox.refuse(rene.username);
  await company.add(users, ...people);
  await company.program.postbox.mail(priya.username);
  await users.goto("/users");
  await picture(users, "list");
  await box(users, grace.username).check();
  await box(users, priya.username).check();
  await picture(users, "list-selected");
  await search(users, "sales");
  await picture(users, "list-search");
  await search(users, "xylophone");
  await picture(users, "list-no-match");
  await users.goto("/users?show=inactive");
  await picture(users, "list-nobody-inactive");

  await users.goto("/users/new");
  await picture(users, "add");
  await users.getByRole("dialog").getByRole("button", { name: "Add User" }).click();
  await picture(users, "add-errors");
  await fill(users.getByRole("dialog"), { Username: grace.username, "First name": "Grace", "Last name": "Hill" });
  await users.getByRole("dialog").getByRole("button", { name: "Add User" }).click();
  await picture(users, "add-in-use-active");

  await users.goto("/users");
  await openUser(users, grace.username);
  await picture(users, "edit");
  await users.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await picture(users, "edit-deactivate");
  await fill(users.getByRole("dialog"), { "First name": "" });
  await users.getByRole("button", { name: "Save" }).click();
  await picture(users, "edit-errors");
  await users.getByRole("link", { name: "History" }).click();
  await picture(users, "history");
  await users.goto("/activity");
  await picture(users, "activity");
  await users.goto("/activity?person=nobody");
  await picture(users, "activity-nobody");
  await users.goto("/users");
  await openUser(users, grace.username);
  await fill(users.getByRole("dialog"), { Username: company.at("bert"), "First name": "Bert", "Last name": "Stone" });
  await users.getByRole("button", { name: "Save" }).click();
  await picture(users, "edit-different-person");
  await users.goto("/users");
  await openUser(users, grace.username);
  await users.goto(`${new URL(users.url()).pathname}/replacement/new`);
  await picture(users, "replace");
  await users.goto("/users");
  await openUser(users, grace.username);
  const theirs = await another();
  await company.signIn(theirs, await company.addAdministrator("Bo", "Chen"));
  await theirs.goto(users.url());
  await fill(theirs.getByRole("dialog"), { Title: "Director of Sales", Department: "Sales, EMEA", Phone: "+44 20 7946 0000" });
  await theirs.getByRole("button", { name: "Save" }).click();
  await fill(users.getByRole("dialog"), { Title: "VP Sales", Department: "Commercial" });
  await users.getByRole("button", { name: "Save" }).click();
  await picture(users, "edit-conflict");
  await users.goto("/users");
  await box(users, company.at("bo.chen")).check();
  await open(users, "Reset Password");
  await users.getByRole("button", { name: "Reset", exact: true }).click();
  await theirs.goto("/users");
  await picture(theirs, "sign-in-after-a-reset");
  await users.goto("/help");
  await picture(users, "help");
  await users.goto("/users");
  await openUser(users, grace.username);
  await users.getByRole("link", { name: "Make administrator" }).click();
  await picture(users, "administrator");
  await users.goto("/users");
  await openUser(users, priya.username);
  await users.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await users.getByLabel("Reason").fill("Left the company");
  await users.getByRole("button", { name: "Save" }).click();
  await picture(users, "list-deactivated");
  await users.goto("/users/new");
  await fill(users.getByRole("dialog"), { Username: priya.username, "First name": "Priya", "Last name": "Raman" });
  await users.getByRole("dialog").getByRole("button", { name: "Add User" }).click();
  await picture(users, "add-in-use-inactive");
  await users.goto("/users");
  await show(users, "Show Inactive");
  await picture(users, "list-inactive");
  await openUser(users, priya.username);
  await users.getByRole("checkbox", { name: "Active Account" }).check();
  await picture(users, "edit-reactivate");
});

test("what goes to many, and the rest", async ({ users, company, another }) => {
  const people = ["Ann", "Bea", "Cyd"].map((firstName) => company.person(firstName, "Lee"));
  const [ann, bea] = people as [typeof people[0], typeof people[0]];
  await company.add(users, ...people);
  await users.goto("/users");
  await box(users, ann.username).check();
  await open(users, "Reset Password");
  await picture(users, "reset");
  await users.goto("/password-resets/new");
  await picture(users, "reset-nobody-ticked");
  await users.getByRole("button", { name: "Reset", exact: true }).click();
  await picture(users, "reset-errors");
  company.program.postbox.refuse(ann.username);
  await users.getByRole("radio", { name: /All Active Users/ }).check();
  await users.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(users.getByRole("progressbar", { name: "All 4 done" })).toBeVisible();
  await picture(users, "reset-outcomes");

  await users.goto("/training-requests/new");
  await picture(users, "training");
  await users.getByRole("button", { name: "Request Training" }).click();
  await picture(users, "training-errors");
  await users.getByRole("radio", { name: "Advanced Training" }).check();
  await users.getByRole("radio", { name: /All Active Users/ }).check();
  await users.getByRole("button", { name: "Request Training" }).click();
  await picture(users, "training-never-attended");
  await users.getByRole("radio", { name: "Request that training for them" }).check();
  await users.getByLabel("Note for the trainer").fill("Mornings, please.");
  await users.getByRole("button", { name: "Request Training" }).click();
  await picture(users, "training-requested");
  const dee = company.person("Dee", "Lee");
  await company.add(users, dee);
  await users.goto("/users");
  for (const one of [bea, dee]) await box(users, one.username).check();
  await open(users, "Provide Training");
  await users.getByRole("radio", { name: "New User Training" }).check();
  await picture(users, "training-counted");
  await users.getByRole("button", { name: "Request Training" }).click();
  await picture(users, "training-with-somebody-left-out");
  await users.goto(`${new URL(users.url()).pathname}/left-out`);
  await picture(users, "training-left-out");
  await users.goto("/account");
  await picture(users, "account");

  const sister = await Company.create(company.program, { domains: [`sister-${company.domain}`, company.domain], seats: 2 });
  const theirs = await another();
  await sister.signIn(theirs);
  await theirs.goto("/users/new");
  await fill(theirs.getByRole("dialog"), { Username: ann.username, "First name": "Ann", "Last name": "Lee" });
  await theirs.getByRole("dialog").getByRole("button", { name: "Add User" }).click();
  await picture(theirs, "add-in-use-elsewhere");
  await sister.add(theirs, sister.person("Lone", "Holder"));
  await theirs.goto("/users/new");
  await picture(theirs, "add-no-seat");
});

test("the second factor", async ({ users, company }) => {
  await users.goto("/second-factor");
  await picture(users, "second-factor-off");
  await users.getByLabel("Current password").fill(company.administrator.password);
  await users.getByRole("button", { name: "Set up" }).click();
  await picture(users, "second-factor-key");
  const secret = (await users.getByRole("code").innerText()).replace(/\s/g, "");
  await users.getByLabel("Code").fill(totp(secret));
  await users.getByRole("button", { name: "Turn on" }).click();
  await picture(users, "recovery-codes");
  const codes = await users.getByRole("code").allInnerTexts();
  await users.goto("/second-factor");
  await picture(users, "second-factor-on");
  await users.goto("/account");
  await picture(users, "account");
  await company.signIn(users);
  await users.goto("/second-factor");
  await picture(users, "second-factor-asked");
  await users.getByLabel("Code").fill(codes[0] ?? "");
  await users.getByRole("button", { name: "Continue" }).click();
  await picture(users, "list-after-a-recovery-code");
  await users.getByRole("button", { name: "Sign out" }).click();
  await users.goto("/forgot-password");
  await users.getByLabel("Username").fill(company.administrator.username);
  await users.getByRole("button", { name: "Send link" }).click();
  await users.goto(linkIn(await company.program.postbox.mail(company.administrator.username, /link/i)));
  await choosePassword(users, null, ownPassword());
  await picture(users, "second-factor-asked-after-a-new-password");
});

test("importing a list", async ({ users, company }) => {
  const grace = company.person("Grace", "Hill");
  await company.add(users, grace);
  await users.goto("/imports/new");
  await picture(users, "import");
  await users.getByRole("button", { name: "Check the list" }).click();
  await picture(users, "import-errors");
  const lines = PEOPLE.map(([first, last, title, department]) => `${first.toLowerCase().replace("é", "e")}@${company.domain};${first};${last};${title};${department}`);
  lines.push(`somebody@elsewhere.example;Some;Body;;`, `${grace.username};Grace;Hill;;`, `li@${company.domain};Li;Wu;;`);
  await users.getByLabel("Or paste a list").fill(["Email;First name;Last name;Job title;Department", ...lines].join("\n"));
  await users.getByRole("button", { name: "Check the list" }).click();
  await picture(users, "import-checked");
  await users.getByRole("button", { name: /^Import \d+ people$/ }).click();
  await expect(users.getByRole("link", { name: "Go to the users" })).toBeVisible({ timeout: 20_000 });
  await picture(users, "import-done");
});
