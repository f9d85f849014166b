// npm run lighthouse: its reports go to test-results/lighthouse.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { install } from "./install.mjs";

install();
const outcome = spawnSync("npx", ["playwright", "test", "--config", "checkers/playwright.config.ts"], {
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  stdio: "inherit",
});
process.exit(outcome.status ?? 1);
