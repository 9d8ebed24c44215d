import { createServer, type Socket } from 'node:net';

export interface SlowSmtp {
  host: string;
  port: number;
  /** Each copy of a mail whose last dot came, whatever was answered to it. */
  mails: string[];
  stop(): Promise<void>;
}

interface Manners {
  /** Before each answer but the one to the mail, in milliseconds. */
  stepMs?: number;
  /** What happens when the last dot came; answers 250 at once by default. */
  atDot?: (answer: (line: string) => void, socket: Socket) => void;
  /** Does this in place of an answer to a command. */
  at?: Record<string, (answer: (line: string) => void, socket: Socket) => void>;
}

/** As little of a mail server as there can be (RFC 5321), without pipelining, that takes its time. */
export async function slowSmtp({ stepMs = 0, atDot = (answer) => answer('250 2.0.0 Ok: queued as 4F8B2'), at = {} }: Manners = {}): Promise<SlowSmtp> {
  const mails: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    let text = '';
    let isMail = false;
    const answer = (line: string) => {
      if (socket.writable) socket.write(`${line}\r\n`);
    };
    const later = (line: string) => setTimeout(() => answer(line), stepMs);
    const takeLine = (line: string) => {
      const [command = ''] = line.split(' ');
      const instead = at[command];
      if (instead !== undefined) {
        instead(answer, socket);
        return;
      }
      isMail = line === 'DATA';
      later(isMail ? '354 go on' : line === 'QUIT' ? '221 bye' : line.startsWith('EHLO') ? '250 slow.example' : '250 fine');
    };
    later('220 slow.example');
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const end = isMail ? text.indexOf('\r\n.\r\n') : text.indexOf('\r\n');
      if (end < 0) return;
      const said = text.slice(0, end);
      text = text.slice(end + (isMail ? 5 : 2));
      if (!isMail) {
        takeLine(said);
        return;
      }
      isMail = false;
      mails.push(said);
      atDot(answer, socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const stop = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  return { host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0, mails, stop };
}
