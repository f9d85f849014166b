// Firefox by WebDriver BiDi and WebKit by WebDriver, behind the few words that the walk needs. Neither is
// the patched browser that Playwright would bring: what runs is what people have.
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const MINI_BROWSERS = [
  "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
  "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
];

export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** The first of these programs that is there. */
const installed = (...paths) => paths.find((path) => existsSync(path));

export async function firefox() {
  const executablePath = installed("/usr/bin/firefox-esr", "/usr/bin/firefox");
  if (!executablePath) return { missing: "Firefox (on Debian: apt-get install firefox-esr)" };
  const { default: puppeteer } = await import("puppeteer-core");
  const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()); });
  return {
    name: `Firefox ${(await browser.version()).replace(/^firefox\//i, "")}`,
    complaints,
    size: (width, height) => page.setViewport({ width, height }),
    goto: (url) => page.goto(url),
    url: () => page.url(),
    run: (code, ...parameters) => page.evaluate(code, ...parameters),
    click: async (find, name) => {
      const element = (await page.evaluateHandle(find, name)).asElement();
      await element?.click();
      return element !== null;
    },
    type: (text) => page.keyboard.type(text),
    press: (key) => page.keyboard.press(key),
    back: () => page.goBack(),
    picture: (path) => page.screenshot({ path }),
    quit: () => browser.close(),
  };
}

export async function webkit() {
  const binary = installed(...MINI_BROWSERS);
  const driver = installed("/usr/bin/WebKitWebDriver");
  const display = process.env.DISPLAY ? [] : ["/usr/bin/xvfb-run", "-a", "-s", "-screen 0 1600x1200x24"];
  if (!binary || !driver || !existsSync(display[0] ?? driver)) {
    return { missing: "WebKitGTK and its driver (on Debian: apt-get install webkit2gtk-driver xvfb)" };
  }
  const { Builder, Capabilities, Key } = await import("selenium-webdriver");
  const port = await freePort();
  const [command, ...rest] = [...display, driver, `--port=${port}`];
  // A group of its own: ended as a whole, with the display in it.
  const child = spawn(command, rest, { stdio: "ignore", detached: true });
  await pause(2000);
  const options = { browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary, args: ["--automation"] } };
  const browser = await new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(new Capabilities(options)).build();
  const found = await browser.getCapabilities();
  const source = (code, parameters) => browser.executeScript(`return (${code})(...arguments)`, ...parameters);
  const send = (keys) => browser.switchTo().activeElement().sendKeys(keys);
  return {
    name: `WebKitGTK ${found.get("browserVersion")}`,
    complaints: [],
    size: (width, height) => browser.manage().window().setRect({ width, height }),
    goto: (url) => browser.get(url),
    url: () => browser.getCurrentUrl(),
    run: (code, ...parameters) => source(code, parameters),
    click: async (find, name) => {
      const element = await source(find, [name]);
      await element?.click();
      return element !== null;
    },
    type: send,
    press: (key) => send(Key[key.toUpperCase()]),
    back: () => browser.navigate().back(),
    picture: async (path) => writeFileSync(path, await browser.takeScreenshot(), "base64"),
    quit: async () => {
      await browser.quit();
      process.kill(-child.pid);
    },
  };
}
