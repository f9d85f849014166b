// A customer of its own for every test: nothing that one does is seen by another.
import { randomBytes, randomUUID } from "node:crypto";
import { expect, type Page } from "@playwright/test";
import { passwordIn } from "./postbox";
import type { Program } from "./program";

export interface Person {
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly title?: string;
  readonly department?: string;
  readonly phone?: string;
}

export interface Administrator extends Person {
  readonly password: string;
}

export interface Options {
  readonly name?: string;
  readonly domains?: string[];
  readonly seats?: number;
}

/** Long, unrelated words, different each time: what the page asks for. */
export function ownPassword(): string {
  return `violet harbour ${randomBytes(4).toString("hex")} lantern`;
}

export function fullName(person: Person): string {
  return `${person.firstName} ${person.lastName}`;
}

export class Company {
  private constructor(
    readonly program: Program,
    readonly id: string,
    readonly name: string,
    readonly domain: string,
    readonly administrator: Administrator,
  ) {}

  static async create(program: Program, options: Options = {}): Promise<Company> {
    const mark = randomBytes(5).toString("hex");
    const name = options.name ?? `Kestrel ${mark}`;
    const domains = options.domains ?? [`kestrel-${mark}.example`];
    const domain = domains[0] as string;
    const administrator = {
      username: `ada.berg.${mark}@${domain}`,
      firstName: "Ada",
      lastName: "Berg",
      password: ownPassword(),
    };
    const answer = await program.command(
      [
        "account", "create", "--json",
        "--name", name,
        ...domains.flatMap((one) => ["--domain", one]),
        "--seats", String(options.seats ?? 40),
        "--administrator-email", administrator.username,
        "--first-name", administrator.firstName,
        "--last-name", administrator.lastName,
        "--password-stdin",
      ],
      `${administrator.password}\n`,
    );
    return new Company(program, JSON.parse(answer).id, name, domain, administrator);
  }

  at(localPart: string): string {
    return `${localPart}@${this.domain}`;
  }

  /** One more administrator, with a password of their own. */
  async addAdministrator(firstName: string, lastName: string): Promise<Administrator> {
    const username = this.at(`${firstName}.${lastName}`.toLowerCase());
    const password = ownPassword();
    await this.program.command(
      [
        "account", "add-administrator",
        "--account", this.id,
        "--email", username,
        "--first-name", firstName,
        "--last-name", lastName,
        "--password-stdin",
      ],
      `${password}\n`,
    );
    return { username, firstName, lastName, password };
  }

  async setSeats(seats: number) {
    await this.program.command(["account", "set-seats", "--account", this.id, "--seats", String(seats)]);
  }

  /** Signs in without the page of it, where a test is about something else. */
  async signIn(page: Page, as: { username: string; password: string } = this.administrator) {
    await post(page, "/sign-in", { username: as.username, password: as.password });
  }

  /** Adds people as the form does, from the browser of an administrator who is signed in. */
  async add(page: Page, ...people: Person[]) {
    for (const person of people) {
      await post(page, "/users", {
        id: randomUUID(),
        username: person.username,
        first_name: person.firstName,
        last_name: person.lastName,
        title: person.title ?? "",
        department: person.department ?? "",
        phone: person.phone ?? "",
      });
    }
  }

  /** A person of this company who is not there yet. */
  person(firstName: string, lastName: string, details: Partial<Person> = {}): Person {
    const username = this.at(`${firstName}.${lastName}`.toLowerCase());
    return { username, firstName, lastName, ...details };
  }

  /** Signs somebody in with the password from their mail and lets them choose their own, which it gives back. */
  async arrive(page: Page, person: Person): Promise<string> {
    const mailed = passwordIn(await this.program.postbox.mail(person.username, /^Password: /m));
    const password = ownPassword();
    await this.signIn(page, { username: person.username, password: mailed });
    await post(page, "/password", {
      current_password: mailed,
      new_password: password,
      repeat_new_password: password,
    });
    return password;
  }
}

async function post(page: Page, path: string, form: Record<string, string>) {
  const answer = await page.request.post(path, { form, maxRedirects: 0 });
  expect(answer.status(), `POST ${path}: ${await answer.text()}`).toBe(303);
}
