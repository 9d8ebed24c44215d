import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Platform } from '@sifaka/e2e';

/** A request on the platform's bus, made with a service's own rights: what no door of the platform leads to directly. */
export interface BusClient {
  ask(subject: string, data: unknown): Promise<unknown>;
  close(): void;
}

/** Speaks the bus's text protocol (docs.nats.io, "Client Protocol") as that service of a platform that runs here. */
export async function busOf(platform: Platform, service: string): Promise<BusClient> {
  const pass = readFileSync(join(platform.dataDir, 'passwords', `nats-${service}`), 'utf8').trim();
  const socket = connect({ host: '127.0.0.1', port: portOf(join(platform.dataDir, 'nats')) });
  const replies = new Map<string, (text: string) => void>();
  const greeted = new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    read(socket, { resolve, reject }, (subject, text) => {
      replies.get(subject)?.(text);
      replies.delete(subject);
    });
  });
  const inbox = `_INBOX_${service}.bench`;
  socket.write(`CONNECT ${JSON.stringify({ user: service, pass, verbose: false, pedantic: false, headers: true })}\r\nSUB ${inbox}.* 1\r\nPING\r\n`);
  await greeted;
  let count = 0;
  return {
    async ask(subject, data) {
      const reply = `${inbox}.${(count += 1)}`;
      const answer = new Promise<string>((resolve) => replies.set(reply, resolve));
      const packet = Buffer.from(JSON.stringify({ pattern: subject, data, id: String(count) }));
      socket.write(Buffer.concat([Buffer.from(`PUB ${subject} ${reply} ${packet.length}\r\n`), packet, Buffer.from('\r\n')]));
      return answerOf(await answer);
    },
    close: () => void socket.destroy(),
  };
}

/** The server's own pid file, and the arguments that it was started with. */
function portOf(folder: string): number {
  const pid = readFileSync(join(folder, 'nats.pid'), 'utf8').trim();
  const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return Number(args[args.indexOf('-p') + 1]);
}

/** Messages as they come, in pieces of any size; every frame but a message is one line. */
function read(socket: Socket, greeting: { resolve: () => void; reject: (error: Error) => void }, hear: (subject: string, text: string) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => {
    rest = Buffer.concat([rest, piece]);
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      const [verb, ...words] = rest.toString('utf8', 0, end).split(' ');
      const isMessage = verb === 'MSG' || verb === 'HMSG';
      const size = isMessage ? Number(words.at(-1)) : 0;
      const headerSize = verb === 'HMSG' ? Number(words.at(-2)) : 0;
      if (isMessage && rest.length < end + size + 4) return;
      if (isMessage) hear(words[0] ?? '', rest.toString('utf8', end + 2 + headerSize, end + 2 + size));
      else if (verb === 'PING') socket.write('PONG\r\n');
      else if (verb === 'PONG') greeting.resolve();
      else if (verb === '-ERR') greeting.reject(new Error(`the bus says ${words.join(' ')}`));
      rest = rest.subarray(end + (isMessage ? size + 4 : 2));
    }
  });
}

function answerOf(text: string): unknown {
  const reply: unknown = text === '' ? null : JSON.parse(text);
  if (typeof reply !== 'object' || reply === null) throw new Error('nobody listens on the bus');
  if ('err' in reply && reply.err !== undefined && reply.err !== null) throw new Error(`refused: ${JSON.stringify(reply.err).slice(0, 500)}`);
  return 'response' in reply ? reply.response : null;
}
