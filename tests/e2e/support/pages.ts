// Every page as the server sent it, for the HTML checker: kept where PAGES names a folder.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext } from "@playwright/test";

let number = 0;

export function keepPages(context: BrowserContext) {
  const folder = process.env.PAGES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  context.on("response", async (response) => {
    const request = response.request();
    const isPage = (response.headers()["content-type"] ?? "").startsWith("text/html");
    if (!request.isNavigationRequest() || !isPage || (response.status() >= 300 && response.status() < 400)) return;
    // A page that was left at once is gone before it could be kept.
    const page = await response.text().catch(() => null);
    if (page === null) return;
    number += 1;
    const path = new URL(response.url()).pathname.replaceAll(/[0-9a-f-]{36}/g, "id").replaceAll("/", "-");
    const name = `${String(number).padStart(3, "0")}${path}-${request.method().toLowerCase()}-${response.status()}.html`;
    writeFileSync(join(folder, name), page);
  });
}
