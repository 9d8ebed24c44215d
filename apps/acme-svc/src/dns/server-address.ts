import { isIP } from 'node:net';
import type { DnsServer } from './dns-query.js';

/**
 * `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`; port 53 unless one is given.
 *
 * @returns null for text that is none of these
 */
export function parseServer(text: string): DnsServer | null {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  const plain = /^([^:]+):(\d{1,5})$/.exec(text);
  const [, address = text, port = '53'] = bracketed ?? plain ?? [];
  const number = Number(port);
  return isIP(address) !== 0 && number >= 1 && number <= 65_535 ? { address, port: number } : null;
}

export const parseServers = (texts: readonly string[]): DnsServer[] => texts.flatMap((text) => parseServer(text) ?? []);
