import { defineConfig } from "@playwright/test";
import tests from "../playwright.config";

export default defineConfig({
  ...tests,
  testDir: ".",
  testMatch: "screenshots.ts",
  workers: 1,
  timeout: 300_000,
  outputDir: "../test-results",
  projects: [{ name: "screenshots", use: { javaScriptEnabled: true } }],
});
