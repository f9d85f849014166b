import { checked } from "../support/checked";
import { atTheTop, box, fill, hasScript, link, open, openUser, row, search, show } from "../support/page";
import { expect, test } from "../support/test";
import type { Page } from "@playwright/test";

async function usernames(page: Page): Promise<string[]> {
  const cells = await page.getByRole("rowheader").getByRole("link").allInnerTexts();
  return cells.map((text) => text.replace(/\s/g, ""));
}

function header(page: Page, name: "Username" | "Name" | "Last sign-in") {
  return page.getByRole("columnheader", { name, exact: true });
}

test("a new account says what to do first", async ({ users, company }) => {
  await expect(users.getByRole("heading", { name: "Nobody is here yet but you" })).toBeVisible();
  await expect(users.getByText("1 of 40 seats")).toBeVisible();
  await expect(row(users, company.administrator.username)).toContainText("You, administrator");
  for (const name of ["Add a User", "Reset Password", "Provide Training"] as const) {
    await expect(atTheTop(users, name)).toBeVisible();
  }
  const options = users.getByLabel("Show", { exact: true }).getByRole("option");
  await expect(options).toHaveText(["Show Active", "Show Inactive"]);
  await checked(users);
});

test("Show is in the upper right, and no page is wider than the window", async ({ users }) => {
  const shown = await users.getByLabel("Show", { exact: true }).boundingBox();
  const heading = await users.getByRole("heading", { name: "User Accounts" }).boundingBox();
  const table = await users.getByRole("table").boundingBox();
  expect(shown?.x).toBeGreaterThan(640);
  expect(shown?.x).toBeGreaterThan(heading?.x ?? Infinity);
  expect(shown?.y).toBeLessThan(table?.y ?? 0);
  for (const width of [1280, 768, 390, 320]) {
    await users.setViewportSize({ width, height: 800 });
    for (const path of ["/users", "/users/new", "/password-resets/new", "/training-requests/new", "/imports/new", "/activity", "/account", "/password", "/second-factor", "/help"]) {
      await users.goto(path);
      const over = await users.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(over, `${path} at ${width}`).toBeLessThanOrEqual(0);
    }
  }
  await users.goto("/users");
  await checked(users);
});

test("on a phone a number stays in one piece, and the last sign-in begins a line of its own", async ({ users, company }) => {
  const [title, department, phone] = ["Recruiter", "Human Resources", "+1 781 555 0100 ext. 143"];
  const facts = [{ title, department, phone }, { title, phone }, { department }, { title }, {}];
  const people = facts.map((fact, index) => company.person("Ann", `Lee${index}`, fact));
  await company.add(users, ...people);
  await users.setViewportSize({ width: 390, height: 900 });
  await users.goto("/users");
  for (const person of people) {
    const told = await row(users, person.username).evaluate((card) =>
      ["name", "title", "department", "phone", "last"].flatMap((name) => {
        const words = document.createRange();
        words.selectNodeContents(card.querySelector(`.${name}`) as Element);
        return [...words.getClientRects()].map(({ top, bottom }) => ({ name, top, bottom }));
      }),
    );
    const last = told.find(({ name }) => name === "last");
    const above = told.filter(({ name }) => name !== "last").map(({ bottom }) => bottom);
    expect(last?.top, JSON.stringify(told)).toBeGreaterThan(Math.max(...above) - 2);
    expect(last?.top, "no empty line").toBeLessThan(Math.max(...above) + 12);
    expect(told.filter(({ name }) => name === "phone")).toHaveLength(person.phone ? 1 : 0);
  }
});

test("Show Active and Show Inactive part the people", async ({ users, company }) => {
  const [ann, jo] = [company.person("Ann", "Lee"), company.person("Jo", "Oak")];
  await company.add(users, ann, jo);
  await users.goto("/users");
  const edit = await openUser(users, jo.username);
  await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(users.getByText("2 active, 1 inactive")).toBeVisible();
  await show(users, "Show Inactive");
  expect(await usernames(users)).toEqual([jo.username]);
  await checked(users);
  await users.goBack();
  await show(users, "Show Active");
  expect(await usernames(users)).toEqual([company.administrator.username, ann.username]);
});

test("Find keeps what Show says, and Show what is searched for", async ({ users, company }) => {
  const [ann, jo] = [company.person("Ann", "Oak"), company.person("Jo", "Oak")];
  await company.add(users, ann, jo);
  await users.goto("/users");
  const edit = await openUser(users, jo.username);
  await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await edit.getByRole("button", { name: "Save" }).click();
  await users.goto("/users");
  // Both are said before the page is asked for; with a script Show goes ahead, and takes the words along.
  await users.getByLabel("Search").fill("oak");
  await show(users, "Show Inactive");
  await expect(users.getByLabel("Search")).toHaveValue("oak");
  expect(await usernames(users)).toEqual([jo.username]);
  await search(users, "jo");
  await expect(users.getByLabel("Show", { exact: true })).toHaveValue("inactive");
  expect(await usernames(users)).toEqual([jo.username]);
});

test("Show changed by keyboard keeps the focus", { tag: "@script" }, async ({ users, company }) => {
  await company.add(users, company.person("Ann", "Lee"));
  await users.goto("/users");
  const shown = users.getByLabel("Show", { exact: true });
  await shown.focus();
  await users.keyboard.press("ArrowDown");
  await expect(users).toHaveURL(/show=inactive/);
  await expect(shown).toBeFocused();
  await users.keyboard.press("ArrowUp");
  await expect(users).toHaveURL(/show=active/);
  await expect(shown).toBeFocused();
  // A page that was come to by another way begins at its beginning.
  await users.goto("/users");
  await expect(shown).not.toBeFocused();
});

test("search finds parts of words in any order, whatever the accents, and says how many", async ({ users, company }) => {
  const rene = company.person("Rene", "Muller", { firstName: "René", lastName: "Müller", title: "100% remote", department: "Field Sales" });
  const jo = company.person("Jo", "Oak", { title: "Assistant", department: "Field_Ops" });
  await company.add(users, rene, jo);
  await users.goto("/users");
  for (const [words, found] of [
    ["rene", [rene]],
    ["MÜLL ren", [rene]],
    ["sales muller", [rene]],
    ["100%", [rene]],
    ["d_o", [jo]],
    ["jo.oak@", [jo]],
    ["field", [jo, rene]],
  ] as const) {
    await search(users, words);
    await expect(users.getByLabel("Search")).toHaveValue(words);
    await expect(users.getByText(new RegExp(`\\b${found.length} users? match`))).toBeVisible();
    expect(await usernames(users)).toEqual(found.map((person) => person.username));
  }
  await checked(users);
  await users.getByRole("link", { name: "All active users" }).click();
  await expect(users.getByRole("row")).toHaveCount(4);

  const edit = await openUser(users, jo.username);
  await edit.getByRole("checkbox", { name: "Active Account" }).uncheck();
  await edit.getByRole("button", { name: "Save" }).click();
  await search(users, "oak");
  await expect(users.getByRole("heading", { name: "No active user matches “oak”" })).toBeVisible();
  await checked(users);
  await users.getByRole("main").getByRole("link", { name: /1 .*inactive/ }).click();
  expect(await usernames(users)).toEqual([jo.username]);
  await search(users, "nobody at all");
  await expect(users.getByText("Nobody matches among the active users either")).toBeVisible();
});

test("the headers sort and say how", async ({ users, company, another }) => {
  const [ann, jo] = [company.person("Zed", "Abel"), company.person("Bo", "Young")];
  await company.add(users, ann, jo);
  await company.arrive(await another(), jo);
  await users.goto("/users");
  const me = company.administrator.username;
  await expect(header(users, "Username")).toHaveAttribute("aria-sort", "ascending");
  expect(await usernames(users)).toEqual([me, jo.username, ann.username]);
  await header(users, "Username").getByRole("link").click();
  await expect(header(users, "Username")).toHaveAttribute("aria-sort", "descending");
  expect(await usernames(users)).toEqual([ann.username, jo.username, me]);
  await header(users, "Name").getByRole("link").click();
  await expect(header(users, "Name")).toHaveAttribute("aria-sort", "ascending");
  await expect(header(users, "Username")).not.toHaveAttribute("aria-sort");
  expect(await usernames(users)).toEqual([me, jo.username, ann.username]);
  await checked(users);
  // "Never" is last both ways.
  for (const direction of ["descending", "ascending"]) {
    await header(users, "Last sign-in").getByRole("link").click();
    await expect(header(users, "Last sign-in")).toHaveAttribute("aria-sort", direction);
    expect((await usernames(users)).at(-1)).toBe(ann.username);
  }
});

test.describe("with 120 people", () => {
  test.use({ seats: 150 });

  test.beforeEach(async ({ users, company }) => {
    const people = Array.from({ length: 120 }, (_, at) => {
      const number = String(at + 1).padStart(3, "0");
      return { username: company.at(`p${number}`), firstName: "Pat", lastName: `Number ${number}` };
    });
    await Promise.all(Array.from({ length: 8 }, (_, part) => company.add(users, ...people.filter((_, at) => at % 8 === part))));
    await users.goto("/users");
  });

  test("the list is read page by page, there and back, and a pop-up comes back to its page", async ({ users, company }) => {
    const all = [company.administrator.username, ...Array.from({ length: 120 }, (_, at) => company.at(`p${String(at + 1).padStart(3, "0")}`))];
    await expect(users.getByText("121 active, 0 inactive")).toBeVisible();
    const pages: string[][] = [await usernames(users)];
    const next = users.getByRole("link", { name: "Next", exact: true });
    while (await next.isVisible()) {
      const before = users.url();
      await next.click();
      await expect(users).not.toHaveURL(before);
      pages.push(await usernames(users));
    }
    expect(pages.flat()).toEqual(all);
    expect(pages.length).toBe(3);
    await checked(users);

    await users.getByRole("link", { name: "Previous", exact: true }).click();
    await expect(link(users, company.at("p099"))).toBeVisible();
    expect(await usernames(users)).toEqual(pages[1]);
    const place = users.url();
    const edit = await openUser(users, company.at("p075"));
    await fill(edit, { Title: "Changed" });
    await edit.getByRole("button", { name: "Save" }).click();
    await expect(users).toHaveURL(place);
    await expect(row(users, company.at("p075"))).toContainText("Changed");
    expect(await usernames(users)).toEqual(pages[1]);
  });

  test("the top buttons carry the ticked rows, and Cancel brings them back", async ({ users, company }) => {
    await box(users, company.at("p003")).check();
    await box(users, company.at("p005")).check();
    for (const name of ["Reset Password", "Provide Training"] as const) {
      const opened = await open(users, name);
      await expect(opened.getByRole("radio", { name: "Selected users (2)" })).toBeChecked();
      await opened.getByRole("link", { name: "Cancel" }).or(opened.getByRole("button", { name: "Cancel" })).click();
      await expect(box(users, company.at("p003"))).toBeChecked();
      await expect(box(users, company.at("p004"))).not.toBeChecked();
    }
  });

  test("Add a User keeps the ticked rows too, through Cancel and through adding", async ({ users, company }) => {
    const ticked = [company.at("p003"), company.at("p005")];
    for (const username of ticked) await box(users, username).check();
    const cancelled = await open(users, "Add a User");
    await checked(users);
    await cancelled.getByRole("link", { name: "Cancel" }).or(cancelled.getByRole("button", { name: "Cancel" })).click();
    for (const username of ticked) await expect(box(users, username)).toBeChecked();
    await checked(users);
    const add = await open(users, "Add a User");
    await fill(add, { Username: company.at("a.new.one"), "First name": "New", "Last name": "One" });
    await add.getByRole("button", { name: "Add User" }).click();
    await expect(box(users, company.at("a.new.one"))).not.toBeChecked();
    for (const username of ticked) await expect(box(users, username)).toBeChecked();
    for (const username of ticked) await box(users, username).uncheck();
    await open(users, "Add a User");
    await expect(users).toHaveURL("/users/new");
  });

  test("Select all on this page selects this page and says how many", async ({ users }) => {
    await users.getByRole("checkbox", { name: "Select all on this page" }).check();
    if (await hasScript(users)) await expect(users.getByText("50 selected")).toBeVisible();
    await checked(users);
    const reset = await open(users, "Reset Password");
    await expect(reset.getByRole("radio", { name: "Selected users (50)" })).toBeChecked();
    await expect(reset.getByRole("radio", { name: "All Active Users (121)" })).toBeVisible();
  });
});
