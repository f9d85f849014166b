import { defineConfig } from "@playwright/test";
import tests from "../playwright.config";

export default defineConfig({
  ...tests,
  testDir: ".",
  testMatch: process.env.README_PICTURES ? "readme.ts" : "screenshots.ts",
  workers: 1,
  timeout: 300_000,
  outputDir: "../test-results",
  projects: [{ name: "screenshots", use: { javaScriptEnabled: true } }],
});
