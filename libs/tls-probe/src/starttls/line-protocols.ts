import { isIPv6 } from 'node:net';
import { fault, shown } from '../faults.js';
import { probeLimits } from '../probe-limits.js';
import type { Wire } from '../wire.js';

/** RFC 3207 over RFC 5321. */
export async function startSmtp(wire: Wire): Promise<void> {
  expectCode(await readReply(wire), '220', 'SMTP');
  // An address literal: we have no name, and nobody looks this one up (RFC 5321 section 4.1.3).
  const address = wire.localAddress;
  wire.write(`EHLO [${isIPv6(address) ? `IPv6:${address}` : address}]\r\n`);
  const offered = await readReply(wire);
  expectCode(offered, '250', 'SMTP');
  if (!offered.lines.some((line) => /^STARTTLS\b/i.test(line))) throw notOffered('SMTP', 'STARTTLS');
  wire.write('STARTTLS\r\n');
  expectCode(await readReply(wire), '220', 'SMTP');
}

/** RFC 9051 section 6.2.1. */
export async function startImap(wire: Wire): Promise<void> {
  const greeting = await wire.readLine();
  if (!/^\* OK\b/i.test(greeting)) throw unexpected('IMAP', greeting);
  wire.write('S1 STARTTLS\r\n');
  for (let index = 0; index < probeLimits.lines; index += 1) {
    const line = await wire.readLine();
    if (/^S1 OK\b/i.test(line)) return;
    if (/^S1 /i.test(line)) throw refused('IMAP', line);
    if (!line.startsWith('* ')) throw unexpected('IMAP', line);
  }
  throw tooMuch();
}

/** RFC 2595 section 4. */
export async function startPop3(wire: Wire): Promise<void> {
  const greeting = await wire.readLine();
  if (!/^\+OK\b/.test(greeting)) throw unexpected('POP3', greeting);
  wire.write('STLS\r\n');
  const answer = await wire.readLine();
  if (!/^\+OK\b/.test(answer)) throw refused('POP3', answer);
}

/** RFC 4217 section 4. */
export async function startFtp(wire: Wire): Promise<void> {
  expectCode(await readReply(wire), '220', 'FTP');
  wire.write('AUTH TLS\r\n');
  expectCode(await readReply(wire), '234', 'FTP');
}

interface Reply {
  code: string;
  /** Without the code; the first one's too. */
  lines: string[];
}

/** Replies of SMTP (RFC 5321 section 4.2.1) and FTP (RFC 959 section 4.2), whose lines between need no code. */
async function readReply(wire: Wire): Promise<Reply> {
  const lines: string[] = [];
  let code = '';
  while (lines.length < probeLimits.lines) {
    const line = await wire.readLine();
    const found = /^(\d{3})([ -]?)(.*)$/.exec(line);
    if (lines.length === 0 && found === null) throw unexpected('SMTP or FTP', line);
    if (lines.length === 0) code = found?.[1] ?? '';
    lines.push(found?.[3] ?? line);
    if (found?.[1] === code && found[2] !== '-') return { code, lines };
  }
  throw tooMuch();
}

function expectCode({ code, lines }: Reply, expected: string, protocol: string): void {
  if (code === expected) return;
  throw refused(protocol, `${code} ${lines[0] ?? ''}`);
}

export const unexpected = (protocol: string, line: string) => fault('starttls.refused', `what answers there does not speak ${protocol}, it says ${shown(line)}`);
export const refused = (protocol: string, line: string) => fault('starttls.refused', `${protocol} does not start TLS: ${shown(line)}`);
export const notOffered = (protocol: string, what: string) => fault('starttls.refused', `the ${protocol} server does not offer ${what}`);
const tooMuch = () => fault('tls.limit', `says more than ${probeLimits.lines} lines before TLS`);
