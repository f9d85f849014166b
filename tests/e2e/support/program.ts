// The built program, running for one worker: its own port, folder, PostgreSQL and mail server.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Postbox } from "./postbox";

export const TRAINING_EMAIL = "trainers@vendor.example";
export const SUPPORT_EMAIL = "customer.success@vendor.example";
export const SUPPORT_PHONE = "+1 555 0142";
export const PRODUCT_NAME = "Prospector";

const START_MILLISECONDS = 90_000;
const STOP_MILLISECONDS = 30_000;

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

function executable(): string {
  const target = process.env.CARGO_TARGET_DIR ?? "target";
  const path = join(resolve(ROOT, target), "debug", "user-accounts");
  if (!existsSync(path)) throw new Error(`${path} is missing: run "cargo build" first.`);
  return path;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

export class Program {
  private output = "";

  private constructor(
    readonly origin: string,
    readonly postbox: Postbox,
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly child: ChildProcess,
  ) {
    const keep = (chunk: Buffer) => { this.output = (this.output + chunk.toString()).slice(-200_000); };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
  }

  static async start(): Promise<Program> {
    const postbox = await Postbox.open();
    const folder = mkdtempSync(join(tmpdir(), "user-accounts-e2e-"));
    // Started as root, PostgreSQL runs as somebody else, who has to reach the folder.
    chmodSync(folder, 0o755);
    const listen = `127.0.0.1:${await freePort()}`;
    const environment = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LANG: "C.UTF-8",
      DATA_DIR: folder,
      LISTEN: listen,
      SMTP_URL: `smtp://127.0.0.1:${postbox.port}`,
      // Each test comes from a source of its own, as each company does.
      TRUSTED_PROXIES: "127.0.0.1/32",
      MAIL_FROM: `${PRODUCT_NAME} <no-reply@vendor.example>`,
      TRAINING_EMAIL,
      SUPPORT_EMAIL,
      SUPPORT_PHONE,
      PRODUCT_NAME,
    };
    const child = spawn(executable(), ["serve"], { env: environment, cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const program = new Program(`http://${listen}`, postbox, folder, environment, child);
    try {
      await program.untilReady();
    } catch (error) {
      await program.stop();
      throw error;
    }
    return program;
  }

  private async untilReady() {
    const until = Date.now() + START_MILLISECONDS;
    while (Date.now() < until && this.child.exitCode === null) {
      const answer = await fetch(`${this.origin}/readyz`).catch(() => null);
      if (answer?.ok) return;
      await pause(50);
    }
    throw new Error(`The program did not start:\n${this.output}`);
  }

  /** What it wrote so far, for a test that failed. */
  get log(): string {
    return this.output;
  }

  /** Runs a command of the program on the same database; its standard output. */
  async command(args: string[], input = ""): Promise<string> {
    return new Promise((done, fail) => {
      const options = { env: this.environment, cwd: this.folder };
      const child = execFile(executable(), args, options, (error, stdout, stderr) => {
        if (error) fail(new Error(`user-accounts ${args.join(" ")}: ${stderr || error.message}`));
        else done(stdout);
      });
      child.stdin?.end(input);
    });
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((done) => this.child.once("exit", done));
      this.child.kill("SIGTERM");
      const late = setTimeout(() => this.child.kill("SIGKILL"), STOP_MILLISECONDS);
      await ended;
      clearTimeout(late);
    }
    await this.postbox.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
