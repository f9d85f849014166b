// A page of somebody else's, in the browser of an administrator who is signed in, sends our forms.
import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { link, openUser } from "../support/page";
import { expect, test } from "../support/test";

interface Attack {
  readonly path: string;
  readonly fields: Record<string, string>;
}

let server: Server;
let port: number;
let attack: { action: string; fields: Record<string, string> };

function page(): string {
  const fields = Object.entries(attack.fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
  return `<!doctype html><html lang="en"><title>Win a prize</title><link rel="icon" href="data:,">
    <form method="post" action="${attack.action}">${fields.join("")}<button>Win</button></form>
    <script>document.forms[0].submit()</script></html>`;
}

test.describe.configure({ mode: "default" });

test.beforeAll(async () => {
  server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end(page()));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  port = (server.address() as AddressInfo).port;
});

test.afterAll(() => new Promise<void>((done) => { server.closeAllConnections(); server.close(() => done()); }));

async function visit(victim: Page, host: string, origin: string, { path, fields }: Attack, javaScriptEnabled: boolean) {
  attack = { action: `${origin}${path}`, fields };
  const answered = victim.waitForResponse((response) => response.request().method() === "POST");
  await victim.goto(`http://${host}:${port}/`, { waitUntil: "commit" });
  if (!javaScriptEnabled) await victim.getByRole("button", { name: "Win" }).click();
  return (await answered).status();
}

for (const [who, host] of [["another site", "localhost"], ["another port of the same host", "127.0.0.1"]] as const) {
  test(`a page of ${who} that sends our forms changes nothing`, async ({ users, company, watch, javaScriptEnabled }) => {
    watch.allow(`http://${host}:${port}`);
    const ann = company.person("Ann", "Lee");
    await company.add(users, ann);
    await company.program.postbox.mail(ann.username);
    await users.goto("/users");
    await openUser(users, ann.username);
    const address = new URL(users.url()).pathname;
    const edited = { username: ann.username, first_name: "Taken", last_name: "Over", active_account_on_form: "yes", version: "1" };
    const attacks: Attack[] = [
      { path: "/users", fields: { id: randomUUID(), username: company.at("mallory"), first_name: "Mal", last_name: "Lory" } },
      { path: address, fields: edited },
      { path: `${address}/administrator`, fields: { administrator: "yes" } },
      { path: "/password-resets", fields: { scope: "all_active" } },
      { path: "/training-requests", fields: { kind: "new_user", scope: "all_active" } },
      { path: "/account", fields: { time_zone: "Asia/Tokyo" } },
      { path: "/sign-out", fields: {} },
    ];
    for (const one of attacks) {
      const status = await visit(users, host, company.program.origin, one, Boolean(javaScriptEnabled));
      expect(status, one.path).toBe(403);
      await expect(users.getByRole("heading", { level: 1 })).toHaveText("This was refused");
    }

    await users.goto("/users");
    await expect(users.getByText("2 active, 0 inactive")).toBeVisible();
    await expect(link(users, company.at("mallory"))).toHaveCount(0);
    const edit = await openUser(users, ann.username);
    await expect(edit.getByLabel("First name")).toHaveValue("Ann");
    await expect(edit.getByRole("link", { name: "Make administrator" })).toBeVisible();
    await expect(edit).not.toContainText("requested");
    await users.goto("/account");
    await expect(users.getByLabel("Time zone")).toHaveValue("UTC");
    expect(company.program.postbox.to(ann.username)).toHaveLength(1);
    expect(company.program.postbox.to(company.administrator.username)).toEqual([]);
  });
}

test("no other site can put a page of ours into a frame", async ({ page: visitor, company, watch }) => {
  const answer = await visitor.goto("/sign-in");
  expect(company.id).toBeTruthy();
  expect(answer?.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(answer?.headers()["content-security-policy"]).toContain("default-src 'none'");
  expect(watch).toBeTruthy();
});
