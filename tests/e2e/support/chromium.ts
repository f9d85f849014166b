// The Chromium of the system: nothing is downloaded.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

// The first is the same engine without the parts of a window: the specs take a third less time.
const NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

function find(): string {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  for (const name of NAMES) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  throw new Error(`No browser: install one of ${NAMES.join(", ")}; bin/setup --test does.`);
}

/** How it is started: without what would make requests of its own. */
export function chromium() {
  const isRoot = process.getuid?.() === 0;
  return {
    executablePath: find(),
    args: [
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      ...(isRoot ? ["--no-sandbox"] : []),
    ],
  };
}
