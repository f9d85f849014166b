import { checked, checkedWhileUnderWay } from "../support/checked";
import type { Company, Person } from "../support/company";
import { box, dialog, open, openUser, row, statusOf } from "../support/page";
import { TRAINING_EMAIL } from "../support/program";
import { expect, test } from "../support/test";
import type { Page } from "@playwright/test";

// A request is held for ten seconds so that it can be taken back.
const BEYOND_UNDO = { timeout: 25_000 };

async function select(page: Page, ...people: Person[]) {
  await page.goto("/users");
  for (const person of people) await box(page, person.username).check();
  return open(page, "Provide Training");
}

/** The mails to the trainers that are about this company. */
async function toTrainers(company: Company, training: string) {
  return company.program.postbox.mail(TRAINING_EMAIL, new RegExp(`^${training} for .* of ${company.name}$`, "m"));
}

test("New User Training goes to the trainers with the roster, and is confirmed", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee", { title: "=SUM(A1)", department: "Sales, North", phone: "+1 555 0101" });
  const jo = company.person("Jo", "Oak");
  await company.add(users, ann, jo, company.person("Not", "Asked"));
  const training = await select(users, ann, jo);
  await expect(training.getByRole("radio", { name: "Selected users (2)" })).toBeChecked();
  await expect(training.getByRole("radio", { name: "New User Training" })).not.toBeChecked();
  await checked(users);
  // What would become of it is counted for the training and the people that are chosen.
  const counted = training.getByRole("status");
  await expect(counted).toHaveText("", { useInnerText: true });
  await training.getByRole("radio", { name: "Advanced Training" }).check();
  const advanced = "Advanced Training: All 2 selected never attended New User Training, and you are asked what to do.";
  await expect(counted).toHaveText(advanced, { useInnerText: true });
  await training.getByRole("radio", { name: "All Active Users (4)" }).check();
  await training.getByRole("radio", { name: "New User Training" }).check();
  await expect(counted).toHaveText("New User Training: All 4 active users will be asked for.", { useInnerText: true });
  await training.getByRole("radio", { name: "Selected users (2)" }).check();
  await expect(counted).toHaveText("New User Training: All 2 selected will be asked for.", { useInnerText: true });
  await checked(users);
  await training.getByLabel("Note for the trainer").fill("Mornings, please.\nWe are in Oslo.");
  await training.getByRole("button", { name: "Request Training" }).click();
  await expect(users).toHaveURL(/\/training-requests\/[0-9a-f-]{36}$/);
  await expect(users.getByText("Requested: New User Training for 2 users.")).toBeVisible();
  await expect(users.getByRole("heading", { name: "New User Training" })).toBeVisible();
  await expect(users.getByText(/Will be mailed to the training team in \d+ seconds?\./)).toBeVisible();
  await expect(users.getByRole("button", { name: "Undo" })).toBeVisible();
  await checkedWhileUnderWay(users);
  await expect(users.getByRole("main").getByText(/Sent to the training team/)).toBeVisible(BEYOND_UNDO);
  await expect(users.getByRole("button", { name: "Undo" })).toHaveCount(0);
  await checked(users);

  const mail = await toTrainers(company, "New User Training");
  for (const words of ["Mornings, please.\nWe are in Oslo.", ann.username, jo.username, "Ada Berg", company.name]) {
    expect(mail.text).toContain(words);
  }
  expect(mail.text).not.toContain(company.at("not.asked"));
  const roster = mail.parsed.attachments.find((attached) => attached.filename === "roster.csv");
  const lines = roster?.content.toString("utf8").trim().split(/\r?\n/) ?? [];
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain("Username,First name,Last name,Title,Department,Phone");
  expect(lines[1]).toContain(`${ann.username},Ann,Lee,'=SUM(A1),"Sales, North",`);
  const confirmation = await company.program.postbox.mail(company.administrator.username, /New User Training/);
  expect(confirmation.text).toContain(jo.username);

  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await expect(edit).toContainText("New User Training requested");
  await edit.getByRole("link", { name: "Open the request" }).click();
  await expect(users.getByRole("heading", { name: "New User Training" })).toBeVisible();
});

test("Advanced Training asks about those who never attended, and goes to those who did", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  const training = await select(users, ann);
  await training.getByRole("radio", { name: "Advanced Training" }).check();
  expect(await statusOf(users, () => training.getByRole("button", { name: "Request Training" }).click())).toBe(422);
  await expect(training.getByRole("alert")).toContainText("attended New User Training");
  await expect(training.getByRole("group", { name: /never attended/ })).toContainText("Ann Lee");
  await expect(training.getByRole("radio", { name: "Advanced Training" })).toBeChecked();
  await checked(users);
  await training.getByRole("radio", { name: "They did attend: record it and go on" }).check();
  await training.getByRole("button", { name: "Request Training" }).click();
  await expect(users.getByRole("heading", { name: "Advanced Training" })).toBeVisible();
  await expect(users.getByRole("main").getByText(/Sent to the training team/)).toBeVisible(BEYOND_UNDO);
  expect((await toTrainers(company, "Advanced Training")).text).toContain(ann.username);
  await users.goto("/users");
  await expect(await openUser(users, ann.username)).toContainText("New User Training attended");
});

test("those who never attended can get New User Training instead", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  const training = await select(users, ann);
  await training.getByRole("radio", { name: "Advanced Training" }).check();
  await training.getByRole("button", { name: "Request Training" }).click();
  // No other choice has the words of a training in its name.
  for (const kind of ["New User Training", "Advanced Training"])
    await expect(training.getByRole("radio", { name: kind })).toHaveCount(1);
  await training.getByRole("radio", { name: "Request that training for them" }).check();
  await training.getByRole("button", { name: "Request Training" }).click();
  await expect(users.getByRole("heading", { name: "New User Training" })).toBeVisible();

  // One open request per person and kind.
  const again = await select(users, ann);
  await again.getByRole("radio", { name: "New User Training" }).check();
  expect(await statusOf(users, () => again.getByRole("button", { name: "Request Training" }).click())).toBe(422);
  await expect(again.getByRole("alert")).toContainText("requested");
  await expect(again.getByText("The one selected is asked for already and is left out.")).toBeVisible();
});

test("who is left out of a request is counted before it, and named after it with the reason", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  const jo = company.person("Jo", "Oak");
  await company.add(users, ann, jo);
  const first = await select(users, ann);
  await first.getByRole("radio", { name: "New User Training" }).check();
  await first.getByRole("button", { name: "Request Training" }).click();
  await expect(users.getByText("Requested: New User Training for 1 user.")).toBeVisible();

  const training = await select(users, ann, jo);
  await training.getByRole("radio", { name: "New User Training" }).check();
  await expect(training.getByText("1 of the 2 selected will be asked for; 1 is asked for already and is left out.")).toBeVisible();
  await training.getByRole("button", { name: "Request Training" }).click();
  await expect(users.getByText("Requested: New User Training for 1 user. Left out: Ann Lee (already requested).")).toBeVisible();
  await expect(users.getByText("Left out: 1", { exact: true })).toBeVisible();
  await users.goto(`${new URL(users.url()).pathname}/left-out`);
  await expect(users.getByText("1 user when it was made: 1 is asked for already.")).toBeVisible();
  await expect(users.getByRole("row", { name: /Ann Lee/ })).toContainText("already requested");
  await checked(users);
});

test("a request for everybody is taken back within ten seconds, and nobody hears of it", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  const training = await open(users, "Provide Training");
  await training.getByRole("radio", { name: "New User Training" }).check();
  await training.getByRole("radio", { name: "All Active Users (2)" }).check();
  await training.getByRole("button", { name: "Request Training" }).click();
  await users.getByRole("button", { name: "Undo" }).click();
  await expect(users.getByText(/Taken back/)).toBeVisible();
  await expect(users.getByText("is taken back. Nothing was sent.")).toBeVisible();
  await checked(users);

  // A later request arrives; this one never did.
  const later = await select(users, ann);
  await later.getByRole("radio", { name: "New User Training" }).check();
  await later.getByRole("button", { name: "Request Training" }).click();
  await expect(users.getByRole("main").getByText(/Sent to the training team/)).toBeVisible(BEYOND_UNDO);
  await toTrainers(company, "New User Training");
  const about = company.program.postbox.to(TRAINING_EMAIL).filter((mail) => mail.subject.includes(company.name));
  expect(about).toHaveLength(1);
});

test("what is missing in a request is said at once, and the note stays", async ({ users, company }) => {
  const training = await open(users, "Provide Training");
  await training.getByLabel("Note for the trainer").fill("Two groups, please.");
  expect(await statusOf(users, () => training.getByRole("button", { name: "Request Training" }).click())).toBe(422);
  const summary = training.getByRole("alert");
  await expect(summary).toBeFocused();
  await expect(summary.getByRole("listitem")).toHaveText([/Choose New User Training or Advanced/, /Choose who needs/]);
  await expect(training.getByLabel("Note for the trainer")).toHaveValue("Two groups, please.");
  await checked(users);
  await training.getByRole("radio", { name: "New User Training" }).check();
  await training.getByRole("radio", { name: "Selected users (0)" }).check();
  await training.getByLabel("Note for the trainer").fill("x".repeat(10));
  await training.getByRole("button", { name: "Request Training" }).click();
  await expectNobody();
  await users.goto("/users");
  await expect(row(users, company.administrator.username)).toBeVisible();

  async function expectNobody() {
    await expect(dialog(users, "Provide Training").getByRole("alert")).toContainText("Select the users who need training");
  }
});

test("attendance is recorded from the pop-up, and is the person's state", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  let edit = await openUser(users, ann.username);
  await expect(edit).toContainText("Never attended.");
  await edit.getByRole("link", { name: "Record", exact: true }).click();
  const training = dialog(users, "Training");
  await training.getByRole("button", { name: "Record" }).click();
  await expect(training.getByRole("alert")).toContainText("Choose the training that was attended.");
  await checked(users);
  await training.getByRole("radio", { name: "New User Training" }).check();
  await training.getByRole("button", { name: "Record" }).click();
  await expect(users.getByText("New User Training is recorded as attended for Ann Lee.")).toBeVisible();
  await expect(users.getByRole("group", { name: "The account at a glance" }).getByRole("link", { name: "1 never trained" })).toBeVisible();
  edit = await openUser(users, ann.username);
  await expect(edit).toContainText("New User Training attended");
  await checked(users);
});

test("of a request those ticked are recorded, the others stay requested, and a wrong record is taken back", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  const jo = company.person("Jo", "Oak");
  await company.add(users, ann, jo);
  const asked = await select(users, ann, jo);
  await asked.getByRole("radio", { name: "New User Training" }).check();
  await asked.getByRole("button", { name: "Request Training" }).click();
  await expect(users.getByRole("main").getByText(/Sent to the training team/)).toBeVisible(BEYOND_UNDO);
  const absent = users.getByRole("checkbox", { name: `Select ${jo.username}` });
  await expect(absent).toBeChecked();
  await checked(users);
  await absent.uncheck();
  await users.getByRole("button", { name: "Record as attended" }).click();
  await expect(users.getByText("Recorded as attended: 1 user.")).toBeVisible();
  await expect(users.getByRole("row", { name: /Ann Lee/ })).toContainText("Attended");
  await expect(users.getByRole("row", { name: /Jo Oak/ })).toContainText("Requested");
  // Whoever is left did not come, most likely: one click more records nobody.
  await expect(absent).not.toBeChecked();
  await absent.check();
  await users.getByRole("button", { name: "Record as not attended" }).click();
  await expect(users.getByText("Recorded as not attended: 1 user.")).toBeVisible();
  await expect(users.getByRole("row", { name: /Jo Oak/ })).toContainText("Did not attend");
  await checked(users);
  await users.getByRole("button", { name: "Undo" }).click();
  await expect(users.getByRole("row", { name: /Jo Oak/ })).toContainText("Requested");
  await absent.check();
  await users.getByRole("button", { name: "Record as attended" }).click();
  await expect(users.getByText("Recorded as attended: 1 user.")).toBeVisible();

  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await edit.getByRole("link", { name: "Record or take back" }).click();
  const training = dialog(users, "Training");
  await checked(users);
  await training.getByRole("button", { name: "New User Training: not attended after all" }).click();
  await expect(users.getByText("Taken back for Ann Lee. New User Training requested")).toBeVisible();
  await checked(users);
});
