// Pictures of every page and pop-up: npm run screenshots -- FOLDER
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const folder = process.argv[2];
if (!folder) {
  console.error("Where to? npm run screenshots -- FOLDER");
  process.exit(2);
}
const outcome = spawnSync("npx", ["playwright", "test", "--config", "screenshots/playwright.config.ts"], {
  stdio: "inherit",
  env: { ...process.env, SCREENSHOTS: resolve(process.env.INIT_CWD ?? ".", folder) },
});
process.exit(outcome.status ?? 1);
