import { readFile } from "node:fs/promises";

import { checked } from "../support/checked";
import { openUser, search } from "../support/page";
import { expect, test } from "../support/test";

test("the activity tells who did what, found by person and kind, and leaves as a file", async ({ users, company }) => {
  const [ann, jo] = [company.person("Ann", "Lee"), company.person("Jo", "Oak")];
  await company.add(users, ann, jo);
  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await edit.getByRole("textbox", { name: "Title" }).fill("Buyer");
  await edit.getByRole("button", { name: "Save" }).click();

  await users.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Activity" }).click();
  await expect(users.getByRole("heading", { name: "Activity" })).toBeVisible();
  const lines = users.getByRole("main").getByRole("listitem");
  await expect(lines.filter({ hasText: "Ann Lee: Title was changed." })).toContainText("Title: nothing → Buyer");
  await expect(lines.filter({ hasText: `Added as Jo Oak, ${jo.username}` })).toBeVisible();
  await checked(users);

  await users.getByLabel("Person").fill("oak");
  await users.getByLabel("What").selectOption("People in and out");
  await users.getByRole("button", { name: "Find" }).click();
  await expect(lines).toHaveCount(1);
  await expect(lines).toContainText("Added as Jo Oak");
  await checked(users);
  await users.getByLabel("Person").fill("nobody");
  await users.getByRole("button", { name: "Find" }).click();
  await expect(users.getByText("Nobody here is called “nobody”.")).toBeVisible();
  await checked(users);

  await users.goto("/activity");
  const downloading = users.waitForEvent("download");
  await users.getByRole("link", { name: "Download as CSV" }).click();
  const file = await readFile(await (await downloading).path(), "utf8");
  expect(file).toContain(`"Added as Jo Oak, ${jo.username}."`);
});

test("a person's history leads to what they did, and the list leaves as it is shown", async ({ users, company }) => {
  const [ann, jo] = [company.person("Ann", "Lee"), company.person("Jo", "Oak")];
  await company.add(users, ann, jo);
  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await edit.getByRole("link", { name: "History" }).click();
  await users.getByRole("link", { name: "In the account’s activity" }).click();
  await expect(users.getByText("About and by Ann Lee")).toBeVisible();
  await expect(users.getByRole("main").getByRole("listitem").filter({ hasText: "Jo Oak" })).toHaveCount(0);
  await checked(users);

  await users.goto("/users");
  await search(users, "oak");
  const downloading = users.waitForEvent("download");
  await users.getByRole("link", { name: "Download these users as CSV" }).click();
  const file = await readFile(await (await downloading).path(), "utf8");
  expect(file.trim().split("\r\n").map((line) => line.replace("\ufeff", "").split(",")[0])).toEqual(["Username", jo.username]);
});
