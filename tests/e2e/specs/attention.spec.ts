import { checked } from "../support/checked";
import { box, hasScript, open, row, search } from "../support/page";
import { expect, test } from "../support/test";

test("chips beside the bars count and filter who never signed in and who was never trained", async ({ users, company }) => {
  const [ann, jo] = [company.person("Ann", "Lee"), company.person("Jo", "Oak")];
  await company.add(users, ann, jo);
  await users.goto("/users");
  const chips = users.getByRole("group", { name: "The account at a glance" });
  await expect(chips.getByText("1 of 3 signed in")).toBeVisible();
  await expect(chips.getByText("0 of 3 trained")).toBeVisible();
  await expect(chips.getByRole("link", { name: "3 never trained" })).toBeVisible();
  await chips.getByRole("link", { name: "2 never signed in" }).click();
  await expect(users).toHaveURL(/[?&]needs=never-signed-in/);
  await expect(users.getByText("2 users match")).toBeVisible();
  await expect(row(users, ann.username)).toBeVisible();
  await expect(row(users, company.administrator.username)).toHaveCount(0);
  await checked(users);

  // Training asked for moves somebody on, and everybody whom a chip finds can be chosen at once.
  const training = await open(users, "Provide Training");
  await training.getByRole("radio", { name: "New User Training" }).check();
  await training.getByRole("radio", { name: "All that match (2)" }).check();
  await checked(users);
  await training.getByRole("button", { name: "Request Training" }).click();
  await expect(users.getByRole("heading", { name: "New User Training" })).toBeVisible();
  await users.goto("/users");
  await expect(chips.getByRole("link", { name: "1 never trained" })).toBeVisible();
  await expect(chips.getByRole("link", { name: "2 New User Training requested" })).toBeVisible();
});

test("ticks that are kept go along without a script", async ({ users, company }) => {
  test.skip(await hasScript(users), "with a script they are kept by themselves");
  const [ann, jo] = [company.person("Ann", "Lee"), company.person("Jo", "Oak")];
  await company.add(users, ann, jo);
  await users.goto("/users");
  await box(users, ann.username).check();
  await users.getByRole("button", { name: "Keep these ticks" }).click();
  const kept = users.locator("noscript .selected");
  await expect(kept).toContainText("1 kept.");
  await search(users, "Oak");
  await expect(kept).toContainText("1 kept, not on this page.");
  await box(users, jo.username).check();
  const reset = await open(users, "Reset Password");
  await expect(reset.getByRole("radio", { name: "Selected users (2)" })).toBeChecked();
  await reset.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(users.getByText("The passwords of 2 users are reset.")).toBeVisible();
});

test("those who are out are ticked apart from those who are in", { tag: "@script" }, async ({ users, company }) => {
  const [ann, jo] = [company.person("Ann", "Lee"), company.person("Jo", "Oak")];
  await company.add(users, ann, jo);
  await users.goto("/users");
  await box(users, ann.username).check();
  await users.getByLabel("Show", { exact: true }).selectOption("Show Inactive");
  await expect(users).toHaveURL(/show=inactive/);
  await expect(users.getByText("1 selected")).toHaveCount(0);
  await users.getByLabel("Show", { exact: true }).selectOption("Show Active");
  await expect(users.getByText("1 selected")).toBeVisible();
  await expect(box(users, ann.username)).toBeChecked();
});

test("ticks survive paging and searching, and are gone when the act is done", { tag: "@script" }, async ({ users, company }) => {
  const [ann, jo, kim] = [company.person("Ann", "Lee"), company.person("Jo", "Oak"), company.person("Kim", "Pole")];
  await company.add(users, ann, jo, kim);
  await users.goto("/users");
  await box(users, ann.username).check();
  await search(users, "Oak");
  await expect(users.getByText("1 selected, not on this page")).toBeVisible();
  await box(users, jo.username).check();
  const reset = await open(users, "Reset Password");
  await expect(reset.getByRole("radio", { name: "Selected users (2)" })).toBeChecked();
  await reset.getByRole("button", { name: "Cancel" }).or(reset.getByRole("link", { name: "Cancel" })).click();
  await expect(users.getByText("2 selected, 1 not on this page")).toBeVisible();
  await open(users, "Reset Password");
  await reset.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(users.getByText("The passwords of 2 users are reset.")).toBeVisible();
  await users.goto("/users");
  await expect(box(users, ann.username)).not.toBeChecked();
  await box(users, kim.username).check();
  await users.getByRole("button", { name: "Clear" }).click();
  await users.reload();
  await expect(box(users, kim.username)).not.toBeChecked();
});
