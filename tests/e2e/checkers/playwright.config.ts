import { defineConfig } from "@playwright/test";
import tests from "../playwright.config";

export default defineConfig({
  ...tests,
  testDir: ".",
  testMatch: "lighthouse.ts",
  testIgnore: "**/node_modules/**",
  workers: 1,
  timeout: 600_000,
  outputDir: "../test-results",
  projects: [{ name: "checker", use: { javaScriptEnabled: true } }],
});
