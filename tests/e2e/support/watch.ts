// What no test may see, whatever it is about: an error in the console, a blocked resource, a request
// to somewhere else, a request that failed.
import { type BrowserContext, expect } from "@playwright/test";

const NOT_FOUND_AND_THE_LIKE = /^Failed to load resource: the server responded with a status of 4\d\d/;

export class Watch {
  private readonly problems: string[] = [];
  private readonly complaints: { text: string; url: string }[] = [];
  private readonly refusedPages = new Set<string>();
  private readonly allowed: Set<string>;

  constructor(origin: string) {
    this.allowed = new Set([origin]);
  }

  /** Another origin that this test is about. */
  allow(origin: string) {
    this.allowed.add(origin);
  }

  over(context: BrowserContext) {
    context.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.complaints.push({ text: message.text(), url: message.location().url });
      }
    });
    context.on("weberror", (error) => this.problems.push(`page error: ${error.error()}`));
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol === "about:" || this.allowed.has(url.origin)) return;
      this.problems.push(`request to another origin: ${request.url()}`);
    });
    context.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      // A page that is left drops what it was still asking for.
      if (why !== "net::ERR_ABORTED") this.problems.push(`request failed: ${request.url()} ${why}`);
    });
    context.on("response", (response) => {
      const status = response.status();
      if (status < 400) return;
      if (status < 500 && response.request().isNavigationRequest()) this.refusedPages.add(response.url());
      else this.problems.push(`${status}: ${response.request().method()} ${response.url()}`);
    });
  }

  /** Nothing of the kind happened. The browser complains about every page with a 4xx; a test looks at those itself. */
  sawNothing() {
    for (const { text, url } of this.complaints) {
      if (NOT_FOUND_AND_THE_LIKE.test(text) && this.refusedPages.has(url)) continue;
      this.problems.push(`console: ${text} (${url})`);
    }
    expect(this.problems, "console errors, page errors, outside and failed requests").toEqual([]);
  }
}
