// What is drawn stays where it is, and what is asked for is little.
import type { Page } from "@playwright/test";
import { checked } from "../support/checked";
import { expect, test } from "../support/test";

const PATHS = ["/users", "/users?needs=never-signed-in", "/users/new", "/password-resets/new", "/training-requests/new", "/imports/new", "/activity", "/account", "/help", "/password"];

/** Everything that moved since the page was opened, without anybody having done anything. */
async function shift(page: Page): Promise<number> {
  return page.evaluate(() => new Promise<number>((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 300);
  }));
}

test("nothing moves after it is drawn", { tag: "@script" }, async ({ users, company }) => {
  await company.add(users, company.person("Ann", "Lee"), company.person("Jo", "Oak"));
  for (const width of [1280, 390]) {
    await users.setViewportSize({ width, height: 800 });
    for (const path of PATHS) {
      await users.goto(path);
      expect(await shift(users), `${path} at ${width}`).toBe(0);
    }
  }
});

/** Where everything stands that can be pressed or read on the way down, from the top of the page. */
async function places(page: Page): Promise<Record<string, string>> {
  return page.evaluate(() => {
    const seen = new Map<string, number>();
    const entries = [...document.querySelectorAll(".page :is(a, button, select, input, h1, .count, thead th, tbody tr > *)")].flatMap((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      if (width === 0 || one.id === "selected-clear") return [];
      const name = one.id || `${one.tagName} ${one.className} ${one.textContent?.trim()}`;
      seen.set(name, (seen.get(name) ?? 0) + 1);
      return [[`${name} ${seen.get(name)}`, [x + scrollX, y + scrollY, width, height].map(Math.round).join(" ")]];
    });
    return Object.fromEntries(entries);
  });
}

test("a tick moves nothing", { tag: "@script" }, async ({ users, company }) => {
  await company.add(users, company.person("Ann", "Lee"), company.person("Jo", "Oak"), company.person("Bo", "Elm"));
  for (const width of [1280, 1024, 768, 390]) {
    await users.setViewportSize({ width, height: 800 });
    for (const path of ["/users", "/users?q=an"]) {
      await users.goto(path);
      const before = await places(users);
      const boxes = users.getByRole("row").getByRole("checkbox", { name: /@/ });
      await boxes.first().check();
      await expect(users.getByText(/^\d selected/)).toBeVisible();
      expect(await places(users), `${path} at ${width}, one`).toEqual(before);
      await users.getByRole("checkbox", { name: "Select all on this page" }).check();
      expect(await places(users), `${path} at ${width}, all`).toEqual(before);
      await users.getByRole("button", { name: "Clear" }).click();
      expect(await places(users), `${path} at ${width}, none`).toEqual(before);
    }
  }
});

test("a row under the pointer is told from one that is ticked", async ({ users, company }) => {
  await company.add(users, company.person("Ann", "Lee"), company.person("Jo", "Oak"));
  await users.goto("/users");
  const row = (at: number) => users.locator("tbody tr").nth(at);
  const tint = (at: number) => row(at).evaluate((one) => getComputedStyle(one).backgroundColor);
  const bare = await tint(1);
  await row(0).getByRole("checkbox").check();
  await row(1).hover();
  const [ticked, pointed] = [await tint(0), await tint(1)];
  expect(new Set([bare, ticked, pointed]).size).toBe(3);
  await row(0).hover();
  expect(await tint(0)).toBe(ticked);
});

test("what is chosen stands where it stood: the menu, the chips, the order", async ({ users, company }) => {
  await company.add(users, company.person("Ann", "Lee"), company.person("Jo", "Oak"));
  const lefts = (selector: string) => users.locator(selector).evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().x * 4) / 4));
  for (const width of [1280, 1024, 390]) {
    await users.setViewportSize({ width, height: 800 });
    await users.goto("/users");
    const menu = await lefts(".places a");
    const chips = await lefts(".chips strong");
    const heads = await lefts("thead a");
    for (const path of ["/activity", "/account", "/help", "/password"]) {
      await users.goto(path);
      expect(await lefts(".places a"), `${path} at ${width}`).toEqual(menu);
    }
    for (const path of ["/users?needs=never-signed-in", "/users?needs=never-trained"]) {
      await users.goto(path);
      await expect(users.locator(".chips [aria-current]")).toHaveCount(1);
      expect(await lefts(".chips strong"), `${path} at ${width}`).toEqual(chips);
      // The way out of it keeps clear of the last letter, and stays inside.
      const [before, after] = await users.locator(".chips [aria-current]").evaluate((chip) => {
        const cross = chip.querySelector(".chip-out")!;
        const words = document.createRange();
        words.setStart(chip, 0);
        words.setEnd(cross.previousSibling!, cross.previousSibling!.textContent!.trimEnd().length);
        return [cross.getBoundingClientRect().left - words.getBoundingClientRect().right, chip.getBoundingClientRect().right - cross.getBoundingClientRect().right];
      });
      expect(before, `${path} at ${width}`).toBeGreaterThanOrEqual(3);
      expect(after, `${path} at ${width}`).toBeGreaterThanOrEqual(0);
    }
    for (const path of ["/users?sort=-username", "/users?sort=name", "/users?sort=-last-sign-in"]) {
      await users.goto(path);
      expect(await lefts("thead a"), `${path} at ${width}`).toEqual(heads);
    }
  }
});

test("the heads of the columns keep clear of each other", async ({ users, company }) => {
  await company.add(users, company.person("Ann", "Lee"));
  for (const width of [1280, 1024, 900, 834]) {
    await users.setViewportSize({ width, height: 800 });
    for (const sort of ["username", "name", "-last-sign-in"]) {
      await users.goto(`/users?sort=${sort}`);
      const words = await users.locator("thead th").evaluateAll((heads) => heads.map((head) => {
        const range = document.createRange();
        range.selectNodeContents(head);
        const link = head.querySelector("a");
        // The arrow is drawn behind the link's words, and makes the link as wide as both.
        const [left, right] = link ? [link.getBoundingClientRect().left, link.getBoundingClientRect().right] : [range.getBoundingClientRect().left, range.getBoundingClientRect().right];
        return { left, right };
      }));
      for (const [at, head] of words.slice(1).entries()) {
        expect(head.left - (words[at]?.right ?? 0), `head ${at + 1} at ${width} by ${sort}`).toBeGreaterThanOrEqual(8);
      }
    }
  }
});

test("help says what to do for each task, in the pop-ups and on a page of its own", async ({ users }) => {
  await users.goto("/users/new");
  const adding = users.getByRole("dialog").getByText("Help with adding people");
  await adding.click();
  await expect(users.getByText("Give every new person an account of their own")).toBeVisible();
  await checked(users);
  await users.goto("/users");
  await users.getByRole("link", { name: "Help", exact: true }).click();
  await expect(users.getByRole("heading", { level: 2 })).toHaveText([
    "Adding people", "Editing and deactivating people", "Resetting passwords", "Asking for training", "When an email address is taken",
    "Lists in and out", "Taking something back", "Looking up what happened", "Administrators", "Second factor",
  ]);
  await checked(users);
});
