import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { isNativeError } from 'node:util/types';
import { decode, encode, RECURSION_DESIRED, streamEncode, type DecodedPacket, type Answer } from 'dns-packet';

export interface DnsServer {
  address: string;
  port: number;
}

export interface Question {
  name: string;
  type: 'TXT' | 'CNAME' | 'NS' | 'SOA' | 'A' | 'AAAA';
  /** Whether the server is to ask others; authoritative servers are asked without. */
  isRecursive: boolean;
}

export interface Reply {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, … */
  code: string;
  answers: Answer[];
  authorities: Answer[];
}

/** Why a server gave no reply at all. `isUnreachable`: there is no way to its address from here, as for IPv6 on a host without it. */
export class NoReply extends Error {
  constructor(
    message: string,
    readonly isUnreachable: boolean,
  ) {
    super(message);
    this.name = 'NoReply';
  }
}

export const serverText = ({ address, port }: DnsServer): string => (port === 53 ? address : isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`);

/**
 * Asks one server one question: over UDP, and over TCP when the answer was cut (RFC 7766).
 *
 * @throws NoReply when there is none within the time
 */
export async function ask(server: DnsServer, question: Question, timeoutMs: number): Promise<Reply> {
  const startedAt = Date.now();
  const reply = await exchange(overUdp, server, question, timeoutMs);
  if (!reply.flag_tc) return replyOf(reply);
  return replyOf(await exchange(overTcp, server, question, Math.max(200, timeoutMs - (Date.now() - startedAt))));
}

type Transport = (server: DnsServer, query: Query, timeoutMs: number) => Promise<DecodedPacket>;

interface Query {
  question: Question;
  id: number;
}

/** What fits every path without fragments (DNS flag day 2020). */
const udpPayloadSize = 1_232;

function packetOf({ question, id }: Query) {
  return {
    type: 'query' as const,
    id,
    flags: question.isRecursive ? RECURSION_DESIRED : 0,
    questions: [{ type: question.type, name: question.name, class: 'IN' as const }],
    additionals: [{ type: 'OPT' as const, name: '.' as const, udpPayloadSize, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] }],
  };
}

async function exchange(transport: Transport, server: DnsServer, question: Question, timeoutMs: number): Promise<DecodedPacket> {
  try {
    return await transport(server, { question, id: randomInt(65_536) }, timeoutMs);
  } catch (error) {
    throw error instanceof NoReply ? error : noReply(server, error);
  }
}

function overUdp(server: DnsServer, query: Query, timeoutMs: number): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
    const end = (finish: () => void) => {
      clearTimeout(timer);
      socket.close();
      finish();
    };
    const timer = setTimeout(() => end(() => reject(silence(server, timeoutMs))), timeoutMs);
    socket.once('error', (error) => end(() => reject(error)));
    socket.on('message', (message) => {
      // Anybody may send to this port: what is no answer to this question is not for us.
      const packet = answerTo(query, message);
      if (packet !== null) end(() => resolve(packet));
    });
    // Connected, so that only this server is heard, and a closed port is known at once.
    socket.connect(server.port, server.address, () => socket.send(encode(packetOf(query))));
  });
}

function overTcp(server: DnsServer, query: Query, timeoutMs: number): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.address, port: server.port });
    let received = Buffer.alloc(0);
    const end = (finish: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      finish();
    };
    const timer = setTimeout(() => end(() => reject(silence(server, timeoutMs))), timeoutMs);
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('end', () => end(() => reject(new Error('it closed the connection'))));
    socket.once('connect', () => socket.write(streamEncode(packetOf(query))));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const packet = answerTo(query, received.subarray(2, 2 + received.readUInt16BE(0)));
      end(() => (packet === null ? reject(new Error('its answer cannot be read')) : resolve(packet)));
    });
  });
}

function answerTo({ question, id }: Query, message: Buffer): DecodedPacket | null {
  try {
    const packet = decode(message);
    const [asked] = packet.questions ?? [];
    const isOurs = packet.type === 'response' && packet.id === id && (asked === undefined || (asked.name.toLowerCase() === question.name && asked.type === question.type));
    return isOurs ? packet : null;
  } catch {
    return null;
  }
}

const replyOf = ({ rcode, answers = [], authorities = [] }: DecodedPacket & { rcode?: string }): Reply => ({ code: rcode ?? 'NOERROR', answers, authorities });

const silence = (server: DnsServer, timeoutMs: number) => new NoReply(`${serverText(server)} did not answer within ${timeoutMs / 1_000} s`, false);

/** There is no route, or no address of that family. A refused port is no such case: the host is there, its DNS server is not. */
const unreachableCodes = ['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'];

function noReply(server: DnsServer, error: unknown): NoReply {
  const code = isNativeError(error) && 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return new NoReply(`${serverText(server)} takes no DNS questions: nothing listens there`, false);
  const why = isNativeError(error) ? error.message : 'it failed';
  return new NoReply(`${serverText(server)} cannot be asked: ${why}`, unreachableCodes.includes(code));
}
