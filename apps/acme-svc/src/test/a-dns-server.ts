import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { AUTHORITATIVE_ANSWER, decode, encode, TRUNCATED_RESPONSE, type Answer, type Packet } from 'dns-packet';

export interface TestDnsServer {
  /** `127.0.0.1:port`, over UDP and TCP. */
  readonly address: string;
  readonly port: number;
  /** Questions it got: `TXT _acme-challenge.a.test`, `NS a.test recursively`, `TXT a.test over TCP`. */
  readonly asked: string[];
  /** Replaces the records of a name and type. */
  set(name: string, type: 'TXT' | 'CNAME' | 'NS' | 'A' | 'AAAA' | 'SOA', values: readonly string[]): void;
  /** How it answers questions for a name, in place of its records. */
  behave(name: string, how: 'normal' | 'silent' | 'SERVFAIL' | 'REFUSED' | 'truncated' | 'garbage'): void;
  stop(): Promise<void>;
}

const codes: Record<string, number> = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };

/** A DNS server in this process that answers what a test tells it to. */
export async function aDnsServer(): Promise<TestDnsServer> {
  const records = new Map<string, Answer[]>();
  const behaviours = new Map<string, string>();
  const asked: string[] = [];

  const answer = (message: Buffer, isTcp: boolean): Buffer | null => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    if (question === undefined) return null;
    const name = question.name.toLowerCase();
    asked.push(`${question.type} ${name}${query.flag_rd ? ' recursively' : ''}${isTcp ? ' over TCP' : ''}`);
    const how = behaviours.get(name) ?? 'normal';
    if (how === 'silent') return null;
    if (how === 'garbage') return Buffer.from('no DNS message');
    const answers = records.get(`${question.type} ${name}`) ?? [];
    const isKnown = [...records.keys()].some((key) => key.endsWith(` ${name}`));
    const code = how === 'SERVFAIL' || how === 'REFUSED' ? how : isKnown ? 'NOERROR' : 'NXDOMAIN';
    const isCut = how === 'truncated' && !isTcp;
    const soa = [...records].filter(([key]) => key.startsWith('SOA ') && `.${name}`.endsWith(`.${key.slice(4)}`)).flatMap(([, all]) => all);
    const reply: Packet = {
      type: 'response',
      id: query.id ?? 0,
      flags: AUTHORITATIVE_ANSWER | (isCut ? TRUNCATED_RESPONSE : 0) | (codes[code] ?? 0),
      questions: [question],
      answers: isCut || code !== 'NOERROR' ? [] : answers,
      authorities: answers.length === 0 ? soa.slice(0, 1) : [],
    };
    return encode(reply);
  };

  const tcp = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const reply = answer(chunk.subarray(2), true);
      if (reply === null) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([length, reply]));
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const bound = tcp.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const udp = createSocket('udp4');
  udp.on('message', (message, { port: from, address }) => {
    const reply = answer(message, false);
    if (reply !== null) udp.send(reply, from, address);
  });
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));

  return {
    address: `127.0.0.1:${port}`,
    port,
    asked,
    set: (name, type, values) => {
      const all = values.map((value) => answerOf(name, type, value));
      if (all.length === 0) records.delete(`${type} ${name}`);
      else records.set(`${type} ${name}`, all);
    },
    behave: (name, how) => void behaviours.set(name, how),
    stop: async () => {
      await Promise.all([new Promise<void>((resolve) => udp.close(() => resolve())), new Promise<void>((resolve) => tcp.close(() => resolve()))]);
    },
  };
}

function answerOf(name: string, type: string, value: string): Answer {
  const common = { name, ttl: 1, class: 'IN' as const };
  switch (type) {
    case 'TXT':
      return { ...common, type, data: [value] };
    case 'SOA':
      return { ...common, type, data: { mname: `ns1.${name}`, rname: `hostmaster.${name}`, serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 } };
    case 'CNAME':
    case 'NS':
    case 'A':
    case 'AAAA':
      return { ...common, type, data: value };
    default:
      throw new Error(`no records of type ${type}`);
  }
}
