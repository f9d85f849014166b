import { atTheTop, dialog, expectFilled, fill, link, open, openUser, statusOf } from "../support/page";
import { expect, test } from "../support/test";

const NAMES = ["Add a User", "Reset Password", "Provide Training"] as const;

for (const name of NAMES) {
  test(`${name} is closed by Back and by Cancel`, async ({ users }) => {
    const opened = await open(users, name);
    await users.goBack();
    await expect(opened).toHaveCount(0);
    await expect(users).toHaveURL("/users");
    await open(users, name);
    await opened.getByRole("link", { name: "Cancel" }).or(opened.getByRole("button", { name: "Cancel" })).click();
    await expect(opened).toHaveCount(0);
    await expect(users).toHaveURL("/users");
    await expect(users.getByRole("heading", { name: "User Accounts" })).toBeVisible();
  });
}

test("Edit User is closed by Back and by Cancel, and can be linked to", async ({ users, company, another }) => {
  const { username } = company.administrator;
  const edit = await openUser(users, username);
  const address = users.url();
  await users.goBack();
  await expect(edit).toHaveCount(0);
  await openUser(users, username);
  await edit.getByRole("link", { name: "Cancel" }).or(edit.getByRole("button", { name: "Cancel" })).click();
  await expect(edit).toHaveCount(0);
  await expect(users).toHaveURL("/users");

  const elsewhere = await another();
  await company.signIn(elsewhere);
  await elsewhere.goto(address);
  await expect(dialog(elsewhere, "Edit User").getByLabel("Username")).toHaveValue(username);
});

test("behind a pop-up nothing can be reached", async ({ users, company }) => {
  await open(users, "Add a User");
  await expect(users.getByRole("table")).toHaveCount(0);
  await expect(users.getByRole("main")).toHaveCount(0);
  await expect(link(users, company.administrator.username)).toHaveCount(0);
});

test.describe("with JavaScript", { tag: "@script" }, () => {
  for (const name of NAMES) {
    test(`${name} is closed by Escape, and the focus goes back to its button`, async ({ users }) => {
      const opened = await open(users, name);
      await users.keyboard.press("Escape");
      await expect(opened).toHaveCount(0);
      await expect(users).toHaveURL("/users");
      await expect(atTheTop(users, name)).toBeFocused();
    });
  }

  test("Escape gives the focus back through one pop-up over another", async ({ users, company }) => {
    const ann = company.person("Ann", "Lee");
    await company.add(users, ann);
    await users.goto("/users");
    const edit = await openUser(users, ann.username);
    await edit.getByRole("link", { name: "Make administrator" }).click();
    await expect(users.getByRole("dialog", { name: "Administrator" })).toBeVisible();
    await users.keyboard.press("Escape");
    await expect(edit.getByRole("link", { name: "Make administrator" })).toBeFocused();
    await users.keyboard.press("Escape");
    await expect(link(users, ann.username)).toBeFocused();
  });

  test("after an error and Cancel the focus is where the pop-up was opened", async ({ users }) => {
    const add = await open(users, "Add a User");
    await add.getByRole("button", { name: "Add User" }).click();
    await expect(add.getByRole("alert")).toBeFocused();
    await add.getByRole("link", { name: "Cancel" }).click();
    await expect(atTheTop(users, "Add a User")).toBeFocused();
  });

  test("after one error upon another Cancel still leads to the list", async ({ users }) => {
    await users.getByRole("link", { name: "Add a User" }).click();
    for (const username of ["nobody", "nobody.either"]) {
      await users.getByLabel("Username", { exact: true }).fill(username);
      await users.getByRole("button", { name: "Add User" }).click();
      await expect(users.getByLabel("Username", { exact: true })).toHaveValue(username);
      await expect(users.getByRole("alert")).toBeFocused();
    }
    await users.getByRole("link", { name: "Cancel" }).click();
    await expect(users.getByRole("dialog")).toHaveCount(0);
    await expect(users.getByRole("heading", { name: "User Accounts" })).toBeVisible();
  });

  test("Escape asks before it discards what was typed", async ({ users }) => {
    const add = await open(users, "Add a User");
    await fill(add, { "First name": "Half" });
    await users.keyboard.press("Escape");
    await expect(add.getByText("Discard what you typed?")).toBeVisible();
    await users.keyboard.press("Escape");
    await expect(add.getByText("Discard what you typed?")).toBeHidden();
    await expect(add.getByLabel("First name")).toHaveValue("Half");
    await users.keyboard.press("Escape");
    await add.getByRole("button", { name: "Discard" }).click();
    await expect(add).toHaveCount(0);
  });

  test("Back after an error brings back what was typed, and a list in between forgets it", { tag: "@script" }, async ({ users, company }) => {
    const ann = company.person("Ann", "Lee");
    await company.add(users, ann);
    await users.goto("/users");
    const add = await open(users, "Add a User");
    await fill(add, { Username: company.at("jo.oak"), "First name": "Jo", Title: "Buyer" });
    expect(await statusOf(users, () => add.getByRole("button", { name: "Add User" }).click())).toBe(422);
    await users.goBack();
    await expect(users).toHaveURL("/users/new");
    await expect(add.getByRole("alert")).toHaveCount(0);
    await expectFilled(add, { Username: company.at("jo.oak"), "First name": "Jo", "Last name": "", Title: "Buyer" });
    await fill(add, { "Last name": "Oak" });
    await add.getByRole("button", { name: "Add User" }).click();
    await expect(users.getByText("Jo Oak was added.")).toBeVisible();
    await users.goBack();
    await expectFilled(add, { Username: "", "First name": "" });

    await users.goto("/users");
    const edit = await openUser(users, ann.username);
    await fill(edit, { Phone: "call me", Title: "Chair" });
    await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
    expect(await statusOf(users, () => edit.getByRole("button", { name: "Save" }).click())).toBe(422);
    await users.goBack();
    await expect(edit.getByRole("alert")).toHaveCount(0);
    await expectFilled(edit, { Phone: "call me", Title: "Chair" });
    await expect(edit.getByRole("checkbox", { name: "Active Account" })).not.toBeChecked();
  });

  test("Back after an error brings nothing back over what somebody else saved", { tag: "@script" }, async ({ users, company, another }) => {
    const ann = company.person("Ann", "Lee");
    await company.add(users, ann);
    await users.goto("/users");
    const edit = await openUser(users, ann.username);
    await fill(edit, { Phone: "call me", Title: "Chair" });
    const second = await company.addAdministrator("Bo", "Chen");
    const colleague = await another();
    await company.signIn(colleague, second);
    await colleague.goto("/users");
    const theirs = await openUser(colleague, ann.username);
    await fill(theirs, { Title: "Buyer" });
    await theirs.getByRole("button", { name: "Save" }).click();
    await expect(theirs).toHaveCount(0);
    expect(await statusOf(users, () => edit.getByRole("button", { name: "Save" }).click())).toBeGreaterThanOrEqual(400);
    await users.goBack();
    await expect(edit.getByRole("alert")).toHaveCount(0);
    await expectFilled(edit, { Title: "Buyer", Phone: "" });
  });

  test("a link out of an edit asks before it discards what was typed", async ({ users, company }) => {
    const ann = company.person("Ann", "Lee");
    await company.add(users, ann);
    await users.goto("/users");
    const edit = await openUser(users, ann.username);
    await fill(edit, { Title: "Half" });
    await edit.getByRole("link", { name: "History" }).click();
    await expect(edit.getByText("Discard what you typed?")).toBeVisible();
    await edit.getByRole("button", { name: "Keep editing" }).click();
    await expect(edit.getByLabel("Title")).toHaveValue("Half");
    await edit.getByRole("link", { name: "History" }).click();
    await edit.getByRole("button", { name: "Discard" }).click();
    await expect(users).toHaveURL(/\/history/);
  });

  test("Cancel is meant: what was typed goes without a question", async ({ users }) => {
    const add = await open(users, "Add a User");
    await fill(add, { "First name": "Half" });
    await add.getByRole("link", { name: "Cancel" }).click();
    await expect(add).toHaveCount(0);
    await expect(users).toHaveURL("/users");
    const again = await open(users, "Add a User");
    await expect(again.getByLabel("First name")).toHaveValue("");
  });

  test("the focus stays inside an open pop-up", async ({ users }) => {
    const add = await open(users, "Add a User");
    for (let press = 0; press < 12; press += 1) {
      await users.keyboard.press("Tab");
      const outside = await users.evaluate(() => {
        const focused = document.activeElement;
        return focused !== document.body && !focused?.closest("dialog");
      });
      expect(outside).toBe(false);
    }
    await expect(add).toBeVisible();
  });
});

test("the last step stays in sight however long a pop-up is", async ({ users, company }) => {
  const ann = company.person("Ann", "Lee");
  await company.add(users, ann);
  await users.goto("/users");
  const edit = await openUser(users, ann.username);
  await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await fill(edit, { Username: "ann@elsewhere.example", "First name": "", "Last name": "" });
  for (const height of [900, 500]) {
    await users.setViewportSize({ width: 1280, height });
    await edit.getByRole("button", { name: "Save" }).click();
    await expect(edit.getByRole("alert")).toBeVisible();
    expect(await edit.evaluate((pop) => pop.scrollHeight > pop.clientHeight)).toBe(true);
    await expect(edit.getByRole("button", { name: "Save" })).toBeInViewport({ ratio: 1 });
  }
});

test("beside or below each other, the last step of an edit and what is known about the person do not overlap", async ({ users, company }) => {
  const edit = await openUser(users, company.administrator.username);
  for (const width of [1280, 760, 390]) {
    await users.setViewportSize({ width, height: 1200 });
    await edit.evaluate((pop) => pop.scrollTo(0, pop.scrollHeight));
    const step = await edit.locator("form > .buttons").first().boundingBox();
    const facts = await edit.getByRole("complementary").boundingBox();
    if (!step || !facts) throw new Error("both are there");
    const apart = step.x + step.width <= facts.x || step.y + step.height <= facts.y;
    expect(apart, `at ${width}`).toBe(true);
  }
});

test("an address with a hyphen stays on one line where it fits", async ({ users, company }) => {
  await users.setViewportSize({ width: 390, height: 844 });
  const add = await open(users, "Add a User");
  await fill(add, { Username: "ann@elsewhere.example" });
  await add.getByRole("button", { name: "Add User" }).click();
  const lines = (text: string) => add.locator("p", { hasText: text }).last().evaluate((paragraph, words) => {
    const all: [Node, number][] = [];
    const walk = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      for (let at = 0; at < (node.nodeValue ?? "").length; at += 1) all.push([node, at]);
    }
    const from = (paragraph.textContent ?? "").indexOf(words);
    const tops = all.slice(from, from + words.length).map(([node, at]) => {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      return Math.round(range.getBoundingClientRect().top);
    });
    return new Set(tops).size;
  }, `@${company.domain}`);
  await expect(add.getByText("Use an email address of your company").last()).toBeVisible();
  expect(await lines("Use an email address of your company")).toBe(1);
  expect(await lines("The company email address, ending in")).toBe(1);
});
