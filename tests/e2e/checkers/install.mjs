// The checkers are packages of their own: the tests do not wait for them.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

export function install() {
  const [lock, installedLock] = ["package-lock.json", "node_modules/.package-lock.json"].map((path) => join(here, path));
  if (existsSync(installedLock) && statSync(lock).mtimeMs <= statSync(installedLock).mtimeMs) return;
  const installed = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: here,
    stdio: "inherit",
    env: { ...process.env, PUPPETEER_SKIP_DOWNLOAD: "1" },
  });
  if (installed.status !== 0) process.exit(installed.status ?? 1);
}
