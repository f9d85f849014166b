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
  ]);
  await checked(users);
});
