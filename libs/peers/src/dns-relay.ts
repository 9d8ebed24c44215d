import { createSocket, type Socket } from 'node:dgram';

export interface DnsRelay {
  /** Address "127.0.0.1:port", by UDP. */
  readonly dnsAddress: string;
  stop(): Promise<void>;
}

const headerBytes = 12;
const isAnswer = 0x80;
const refused = 5;
const waitLimitMs = 5_000;

/**
 * Several DNS servers as one, for a CA that knows one resolver alone: passes each question on to the server of the longest zone that holds
 * the name, and its answer back. Nothing is cached; names that no server answers for are refused.
 *
 * @param servers zone → "127.0.0.1:port"
 */
export async function startDnsRelay(servers: Readonly<Record<string, string>>): Promise<DnsRelay> {
  const socket = createSocket('udp4');
  const upstream = new Set<Socket>();
  socket.on('message', (question, from) => {
    const back = (answer: Buffer) => socket.send(answer, from.port, from.address, () => undefined);
    const server = serverOf(nameIn(question), servers);
    if (server === null) {
      back(refusal(question));
      return;
    }
    const [address = '', port = ''] = server.split(':');
    const asked = createSocket('udp4');
    upstream.add(asked);
    const timer = setTimeout(() => asked.close(), waitLimitMs);
    asked.once('close', () => {
      clearTimeout(timer);
      upstream.delete(asked);
    });
    asked.once('error', () => asked.close());
    asked.once('message', (answer) => {
      back(answer);
      asked.close();
    });
    asked.send(question, Number(port), address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).bind(0, '127.0.0.1', resolve);
  });
  socket.unref();
  return {
    dnsAddress: `127.0.0.1:${socket.address().port}`,
    stop: async () => {
      for (const asked of upstream) asked.close();
      await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}

function serverOf(name: string, servers: Readonly<Record<string, string>>): string | null {
  const zones = Object.keys(servers).filter((zone) => name === zone || name.endsWith(`.${zone}`));
  const [longest] = zones.sort((a, b) => b.length - a.length);
  return longest === undefined ? null : (servers[longest] ?? null);
}

/** The name that a question asks about (RFC 1035 section 4.1.2), in lower case. */
function nameIn(question: Buffer): string {
  const labels: string[] = [];
  for (let at = headerBytes; at < question.length;) {
    const length = question.readUInt8(at);
    if (length === 0) break;
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return labels.join('.').toLowerCase();
}

function refusal(question: Buffer): Buffer {
  const answer = Buffer.from(question);
  answer.writeUInt8(answer.readUInt8(2) | isAnswer, 2);
  answer.writeUInt8(refused, 3);
  return answer;
}
