// npm run browsers [FOLDER]: the tasks of the help page in Firefox and in WebKit, whose pictures go to the
// folder. The specs drive Chromium in every corner; this asks whether the others agree on the main ways.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { firefox, freePort, webkit } from "./engines.mjs";
import { install } from "./install.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../../..");
const pictures = resolve(process.argv[2] ?? join(here, "../test-results/browsers"));
const program = join(resolve(root, process.env.CARGO_TARGET_DIR ?? "target"), "debug/user-accounts");
const START_MILLISECONDS = 90_000;
const STEP_MILLISECONDS = 10_000;

/** The built program with nothing set but where it is: the demo account, and its mails at /dev/mailbox. */
async function serve() {
  const folder = mkdtempSync(join(tmpdir(), "user-accounts-browsers-"));
  chmodSync(folder, 0o755);
  const listen = `127.0.0.1:${await freePort()}`;
  const { PATH, HOME } = process.env;
  const child = spawn(program, ["serve"], { env: { PATH, HOME, DATA_DIR: folder, LISTEN: listen }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => { said += chunk; });
  const until = Date.now() + START_MILLISECONDS;
  while (!/ is at http/.test(said)) {
    if (Date.now() > until || child.exitCode !== null) throw new Error(`The program did not start:\n${said}`);
    await pause(100);
  }
  const stop = async () => {
    child.kill("SIGTERM");
    await new Promise((done) => child.once("exit", done));
    rmSync(folder, { recursive: true, force: true });
  };
  return { origin: `http://${listen}`, username: /Username +(\S+)/.exec(said)[1], password: /Password +(\S+)/.exec(said)[1], stop };
}

// What runs inside a page. The names are those that people see.
const isThere = (text) => document.body.innerText.replace(/\s+/g, " ").includes(text);
const byLabel = (name) => {
  const plain = (element) => element.textContent.replace(/\s+/g, " ").trim();
  return [...document.querySelectorAll("label")].find((label) => plain(label).startsWith(name))?.control
    ?? document.querySelector(`[aria-label="${name}"]`);
};
const byName = (name) => {
  const scope = document.querySelector("dialog[open]") ?? document;
  return [...scope.querySelectorAll("a, button")].filter((element) => element.checkVisibility()).find((element) => element.textContent.trim() === name);
};
const isComplete = () => document.readyState === "complete";
const choose = (value) => {
  const select = document.querySelector("select");
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
};

function walker(engine, origin) {
  let number = 0;
  const until = async (what, holds) => {
    const end = Date.now() + STEP_MILLISECONDS;
    for (;;) {
      // A page that is being left cannot answer.
      if (await holds().catch(() => false)) return;
      if (Date.now() > end) {
        await engine.picture(join(pictures, `${engine.name}-failed.png`));
        throw new Error(`${engine.name}: waited for ${what} at ${await engine.url()}`);
      }
      await pause(100);
    }
  };
  return {
    go: (path) => engine.goto(origin + path),
    press: (key) => engine.press(key),
    back: () => engine.back(),
    size: (width, height) => engine.size(width, height),
    sees: (text) => until(`“${text}”`, () => engine.run(isThere, text)),
    isAt: (path) => until(path, async () => (await engine.url()).slice(origin.length).split("?")[0] === path),
    click: (name) => until(`the control “${name}”`, () => engine.click(byName, name)),
    tick: (name) => until(`the box “${name}”`, () => engine.click(byLabel, name)),
    choose: async (name) => {
      await until("the whole page", () => engine.run(isComplete));
      await engine.run(choose, name);
    },
    hasFocus: (selector) => until(`the focus in ${selector}`, () => engine.run((wanted) => document.activeElement.matches(wanted), selector)),
    fill: async (name, text) => {
      await until(`the field “${name}”`, () => engine.click(byLabel, name));
      await engine.type(text);
    },
    read: (selector) => engine.run((wanted) => document.querySelector(wanted).innerText, selector),
    picture: (name) => engine.picture(join(pictures, `${engine.name}-${String((number += 1)).padStart(2, "0")}-${name}.png`)),
  };
}

async function signIn(walk, username, password) {
  await walk.go("/sign-in");
  await walk.fill("Username", username);
  await walk.fill("Password", password);
  await walk.click("Sign in");
}

async function tasks(walk, served) {
  await walk.size(1280, 900);
  await signIn(walk, served.username, served.password);
  await walk.isAt("/users");
  await walk.picture("list");

  // Add a User: opened, closed by Escape, opened again, sent empty, then with somebody in it.
  await walk.click("Add a User");
  await walk.isAt("/users/new");
  await walk.press("Escape");
  await walk.isAt("/users");
  await walk.click("Add a User");
  await walk.click("Add User");
  await walk.sees("There is a problem");
  await walk.hasFocus(".error-summary");
  await walk.picture("add-errors");
  await walk.fill("Username", "marcus.reed@acme.example");
  await walk.fill("First name", "Noor");
  await walk.fill("Last name", "Haddad");
  await walk.click("Add User");
  await walk.sees("Email address is already in use");
  await walk.picture("in-use");
  await walk.click("Cancel");
  await walk.isAt("/users");
  await walk.click("Add a User");
  await walk.fill("Username", "noor.haddad@acme.example");
  await walk.fill("First name", "Noor");
  await walk.fill("Last name", "Haddad");
  await walk.click("Add User");
  await walk.sees("Noor Haddad");
  await walk.isAt("/users");
  await walk.picture("added");

  // Deactivating, and Undo; Show acts at once.
  await walk.click("ananya.patel@acme.example");
  await walk.sees("Edit User");
  await walk.picture("edit");
  await walk.tick("Active Account");
  await walk.click("Save");
  await walk.sees("Undo");
  await walk.click("Undo");
  await walk.sees("active again");
  await walk.choose("inactive");
  await walk.sees("Hans Gruber");
  await walk.choose("active");

  // Ticked people are chosen in both pop-ups; with them, a reset and a request for training, taken back.
  await walk.tick("Select anna.novak@acme.example");
  await walk.sees("1 selected");
  await walk.click("Reset Password");
  await walk.sees("Selected users (1)");
  await walk.picture("reset");
  await walk.click("Reset");
  await walk.sees("Anna Novák");
  await walk.sees("Sent today");
  await walk.picture("reset-outcome");
  await walk.go("/users");
  await walk.tick("Select anna.novak@acme.example");
  await walk.sees("1 selected");
  await walk.click("Provide Training");
  await walk.sees("Selected users (1)");
  await walk.tick("Advanced Training");
  await walk.picture("training");
  await walk.click("Cancel");

  // On a phone, dark or light as the browser is.
  await walk.size(390, 844);
  await walk.go("/users");
  await walk.picture("phone");
  await walk.click("Sign out");
  await walk.isAt("/sign-in");
}

if (!existsSync(program)) {
  console.error(`${program} is missing: run "cargo build" first.`);
  process.exit(1);
}
install();
mkdirSync(pictures, { recursive: true });
let failed = false;
for (const open of [firefox, webkit]) {
  const engine = await open();
  if (engine.missing) {
    console.error(`not tried: ${engine.missing}`);
    failed = true;
    continue;
  }
  const served = await serve();
  try {
    await tasks(walker(engine, served.origin), served);
    assert.deepEqual(engine.complaints, []);
    console.log(`as it should be: ${engine.name}`);
  } catch (error) {
    console.error(error.message);
    failed = true;
  } finally {
    await engine.quit();
    await served.stop();
  }
}
console.log(`The pictures are in ${pictures}.`);
process.exit(failed ? 1 : 0);
