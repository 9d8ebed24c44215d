import { isIP } from 'node:net';
import { startTlsProtocols, type StartTls } from '@sifaka/plugin-sdk';
import { plainAddress } from './addresses.js';

export interface Port {
  port: number;
  startTls: StartTls | null;
}

type Refuse = (message: string) => void;

/** Registered ports of protocols whose connections begin in the clear. */
const clearPorts: ReadonlyMap<number, StartTls> = new Map([
  [21, 'ftp'],
  [25, 'smtp'],
  [110, 'pop3'],
  [143, 'imap'],
  [389, 'ldap'],
  [587, 'smtp'],
  [3_306, 'mysql'],
  [5_222, 'xmpp'],
  [5_432, 'postgres'],
]);

/** Entries of a list as people write it. */
export const splitList = (text: string): string[] => text.split(/[\s,;]+/).filter((entry) => entry !== '');

/** `443, 8000-8010, 2525/smtp, 3389/tls`; each port once. */
export function parsePorts(text: string, refuse: Refuse, most: number): Port[] {
  const found = new Map<number, Port>();
  for (const entry of splitList(text)) {
    const range = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/([a-z0-9]+))?$/i.exec(entry);
    const first = Number(range?.[1] ?? 0);
    const last = Number(range?.[2] ?? first);
    const fault = range === null ? 'is no port' : first < 1 || last > 65_535 || last < first ? 'is not between 1 and 65535' : protocolFault(range[3]);
    if (fault !== null) refuse(`"${entry.slice(0, 40)}" ${fault}`);
    else if (found.size + last - first >= most) refuse(`more than ${most} ports`);
    else for (let port = first; port <= last; port += 1) found.set(port, portOf(port, range?.[3]));
  }
  if (found.size === 0) refuse('name at least one port');
  return [...found.values()];
}

/** `shop.example.test`, `192.0.2.7:8443`, `[2001:db8::1]:443`, `mail.example.test:2525/smtp`; null port: those of the scan. */
export function parseHost(text: string, refuse: Refuse): { host: string; port: Port | null } | null {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5})(?:\/([a-z0-9]+))?)?$/i.exec(text);
  const plain = isIP(text) === 0 ? /^([^:/]+)(?::(\d{1,5})(?:\/([a-z0-9]+))?)?$/i.exec(text) : [text, text];
  const [, written = '', port, protocol] = bracketed ?? plain ?? [];
  const host = isIP(written) === 0 ? written.toLowerCase().replace(/\.$/, '') : plainAddress(written);
  const number = Number(port ?? 443);
  const fault = isIP(host) === 0 && !isName(host) ? 'is no host name and no address' : number < 1 || number > 65_535 ? 'has no port between 1 and 65535' : protocolFault(protocol);
  if (fault !== null) {
    refuse(`"${text.slice(0, 80)}" ${fault}`);
    return null;
  }
  return { host, port: port === undefined ? null : portOf(number, protocol) };
}

/** A numeric last label would be an address that is written wrongly. */
const isName = (host: string): boolean => host.length <= 253 && /^(?!-)(?:[a-z0-9_-]{1,63}\.)*(?!\d+$)[a-z0-9_-]{1,63}$/.test(host);

const startTlsOf = (protocol: string): StartTls | undefined => startTlsProtocols.find((each) => each === protocol.toLowerCase());

const protocolFault = (protocol: string | undefined): string | null =>
  protocol === undefined || protocol.toLowerCase() === 'tls' || startTlsOf(protocol) !== undefined ? null : `names no protocol: tls, ${startTlsProtocols.join(', ')}`;

function portOf(port: number, protocol: string | undefined): Port {
  return { port, startTls: protocol === undefined ? (clearPorts.get(port) ?? null) : (startTlsOf(protocol) ?? null) };
}
