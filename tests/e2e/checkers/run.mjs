// npm run lighthouse, npm run html: installs the checker where it is missing, then runs it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const run = (command, args, options = {}) => spawnSync(command, args, { stdio: "inherit", ...options }).status ?? 1;

if (process.argv[2] === "html" && spawnSync("java", ["-version"], { stdio: "ignore" }).status !== 0) {
  console.error("The HTML checker needs Java: install a JRE (on Debian: apt-get install default-jre-headless).");
  process.exit(1);
}
if (!existsSync(join(here, "node_modules/.package-lock.json"))) {
  const installed = run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: here, env: { ...process.env, PUPPETEER_SKIP_DOWNLOAD: "1" } });
  if (installed !== 0) process.exit(installed);
}
process.exit(
  run("npx", ["playwright", "test", "--config", "checkers/playwright.config.ts"], {
    cwd: join(here, ".."),
    env: { ...process.env, CHECKER: `${process.argv[2]}.ts` },
  }),
);
