import { createHash } from 'node:crypto';
import { SMTPServer } from 'smtp-server';

/** The mail server of everybody who is told anything; it keeps who was told what. */
export class Mailbox {
  #server;
  /** One a message that was taken, again where one came again. @type {{ messageId: string, event: string, digest: string }[]} */
  taken = [];
  /** Is told when a message was taken and its sender does not know yet. */
  watcher = () => undefined;

  static async start() {
    const mailbox = new Mailbox();
    mailbox.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData: (stream, session, done) => void mailbox.#take(stream, session).then(() => done(), done),
    });
    // A killed sender breaks its connection in the middle of everything.
    mailbox.#server.on('error', () => undefined);
    await new Promise((resolve) => mailbox.#server.listen(0, '127.0.0.1', resolve));
    return mailbox;
  }

  get port() {
    return this.#server.server.address().port;
  }

  async stop() {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(stream, session) {
    const parts = [];
    for await (const part of stream) parts.push(part);
    const text = Buffer.concat(parts).toString('utf8');
    const end = text.indexOf('\r\n\r\n');
    const headers = text.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ');
    const header = (name) => new RegExp(`^${name}: *(.*)$`, 'im').exec(headers)?.[1]?.trim() ?? '';
    const recipients = session.envelope.rcptTo.map(({ address }) => address).sort();
    // What its reader sees, without what belongs to this message alone.
    const seen = text.slice(end).replaceAll(header('boundary') || '\0', '').replaceAll(/--[-_=.\w]+/g, '');
    const digest = createHash('sha256').update(JSON.stringify([recipients, header('Subject'), seen])).digest('hex');
    this.taken.push({ messageId: header('Message-ID').replace(/^<([^@>]*).*$/, '$1'), event: header('X-Sifaka-Event'), digest });
    this.watcher();
  }
}
