// npm run html: the Nu HTML checker on every page and pop-up as the server sends them, on the made-up
// pages in every state that `cargo test` draws, and on the style sheets.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "./install.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../../..");
const drawn = join(root, process.env.CARGO_TARGET_DIR ?? "target", "look");

if (spawnSync("java", ["-version"], { stdio: "ignore" }).status !== 0) {
  console.error("The HTML checker needs Java: install a JRE (on Debian: apt-get install default-jre-headless).");
  process.exit(1);
}
if (!existsSync(drawn)) {
  console.error(`${drawn} is missing: run "cargo test --lib samples" first.`);
  process.exit(1);
}
install();

const pages = mkdtempSync(join(tmpdir(), "user-accounts-pages-"));
const walk = spawnSync("npx", ["playwright", "test", "--config", "screenshots/playwright.config.ts"], {
  cwd: join(here, ".."),
  stdio: "inherit",
  env: { ...process.env, SCREENSHOTS: "", PAGES: pages },
});
const check = (kind, folder) =>
  spawnSync("java", ["-jar", join(here, "node_modules/vnu-jar/build/dist/vnu.jar"), "--Werror", ...kind, folder], { stdio: "inherit" }).status === 0;
const count = (folder) => readdirSync(folder).filter((name) => name.endsWith(".html")).length;
const results = [
  [`${count(pages)} pages as the server sent them`, check(["--skip-non-html"], pages)],
  [`${count(drawn)} pages drawn with made-up data`, check(["--skip-non-html"], drawn)],
  ["the style sheets", check(["--skip-non-css"], join(root, "static/css"))],
];
for (const [what, clean] of results) console.log(`${clean ? "clean" : "NOT CLEAN"}: ${what}`);
const isClean = walk.status === 0 && results.every(([, clean]) => clean) && count(pages) > 0;
if (isClean) rmSync(pages, { recursive: true });
else console.error(`The pages are in ${pages}.`);
process.exit(isClean ? 0 : 1);
