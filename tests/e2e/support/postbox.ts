// A real mail server on this machine that keeps what it is given.
import type { AddressInfo } from "node:net";
import { simpleParser, type ParsedMail } from "mailparser";
import { SMTPServer } from "smtp-server";

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly parsed: ParsedMail;
}

type Condition = (mail: Mail) => boolean;

const PATIENCE_MILLISECONDS = 30_000;

export class Postbox {
  readonly mails: Mail[] = [];
  private readonly waiting = new Set<{ fits: Condition; tell: (mail: Mail) => void }>();
  /** Addresses that are refused for good, as if nobody lived there. */
  private readonly unknown = new Set<string>();

  private constructor(
    private readonly server: SMTPServer,
    readonly port: number,
  ) {}

  static async open(): Promise<Postbox> {
    let postbox: Postbox;
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      disableReverseLookup: true,
      onRcptTo(address, _session, done) {
        if (!postbox.unknown.has(address.address)) return done();
        done(Object.assign(new Error("5.1.1 No such mailbox here"), { responseCode: 550 }));
      },
      onData(stream, session, done) {
        const to = session.envelope.rcptTo.map((recipient) => recipient.address);
        simpleParser(stream).then((parsed) => {
          for (const address of to) postbox.take({ to: address, subject: parsed.subject ?? "", text: parsed.text ?? "", parsed });
          done();
        }, done);
      },
    });
    // A connection that the program drops at its end is no failure of a test.
    server.on("error", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    postbox = new Postbox(server, (server.server.address() as AddressInfo).port);
    return postbox;
  }

  private take(mail: Mail) {
    this.mails.push(mail);
    for (const one of [...this.waiting]) {
      if (!one.fits(mail)) continue;
      this.waiting.delete(one);
      one.tell(mail);
    }
  }

  refuse(address: string) {
    this.unknown.add(address);
  }

  accept(address: string) {
    this.unknown.delete(address);
  }

  to(address: string): Mail[] {
    return this.mails.filter((mail) => mail.to === address);
  }

  /** The `number`th mail to an address whose subject or text fits, as soon as it is there. */
  async mail(address: string, fits: RegExp = /./, number = 1): Promise<Mail> {
    let missing = number;
    const isOne: Condition = (mail) =>
      mail.to === address && (fits.test(mail.subject) || fits.test(mail.text)) && --missing === 0;
    const there = this.mails.find(isOne);
    if (there) return there;
    return new Promise((resolve, reject) => {
      const one = { fits: isOne, tell: (mail: Mail) => { clearTimeout(patience); resolve(mail); } };
      const patience = setTimeout(() => {
        this.waiting.delete(one);
        const had = this.to(address).map((mail) => mail.subject);
        reject(new Error(`No mail ${number} to ${address} that fits ${fits}. It has: ${JSON.stringify(had)}`));
      }, PATIENCE_MILLISECONDS);
      this.waiting.add(one);
    });
  }

  async close() {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

/** The password in a mail: four groups of five. */
export function passwordIn(mail: Mail): string {
  const found = /^Password: ((?:[A-Za-z0-9]{5}-){3}[A-Za-z0-9]{5})$/m.exec(mail.text);
  if (!found?.[1]) throw new Error(`No password stands in the mail:\n${mail.text}`);
  return found[1];
}

/** The first link in a mail. */
export function linkIn(mail: Mail): string {
  const found = /^(https?:\/\/\S+)$/m.exec(mail.text);
  if (!found?.[1]) throw new Error(`No link stands in the mail:\n${mail.text}`);
  return found[1];
}
