import { BlockList, isIP } from 'node:net';
import { addCidr, classOf, familyOf, plainAddress } from './address-class.js';

/** What an administrator opened: targets that may be reached although their address is not public. */
export interface AllowedHosts {
  /** The name stands there: whatever private address it has. Metadata services are never meant by a name. */
  allowsName(host: string, port: number): boolean;
  /** The address stands there, alone or in a range. */
  allowsAddress(address: string, port: number): boolean;
}

interface Entry {
  port: number | null;
  names: { exact: string | null; suffix: string | null };
  addresses: { family: 'ipv4' | 'ipv6'; list: BlockList } | null;
}

/**
 * @param entries `ca.corp.example`, `*.corp.example`, `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`, each with `:port` behind it if only that port is
 *   meant; IPv6 with a port in brackets, `[fd00::1]:8443`
 * @throws RangeError for an entry that is none of these
 */
export function allowedHosts(entries: readonly string[]): AllowedHosts {
  const read = entries.map((entry) => {
    const fault = allowedHostFault(entry);
    if (fault !== null) throw new RangeError(fault);
    return readEntry(entry);
  });
  const some = (port: number, matches: (entry: Entry) => boolean) => read.some((entry) => (entry.port === null || entry.port === port) && matches(entry));
  return {
    allowsName: (host, port) => {
      const name = plainName(host);
      return some(port, ({ names: { exact, suffix } }) => exact === name || (suffix !== null && name.endsWith(suffix) && name.length > suffix.length));
    },
    allowsAddress: (address, port) => {
      const plain = plainAddress(address);
      const family = familyOf(plain);
      return some(port, ({ addresses }) => addresses?.family === family && addresses.list.check(plain, family));
    },
  };
}

/** What is wrong with an entry, in words for the configuration; null for nothing. */
export function allowedHostFault(entry: string): string | null {
  const { host, port } = splitPort(entry.trim());
  if (port !== null && (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)) return `"${entry}": the port must be 1 to 65535`;
  const [address = '', bits, ...more] = host.split('/');
  const family = isIP(address);
  if (family !== 0 && !address.includes('%')) {
    const most = family === 4 ? 32 : 128;
    const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
    return more.length === 0 && isRange ? null : `"${entry}": the range must end in /0 to /${most}`;
  }
  if (namePattern.test(host)) return null;
  return `"${entry}" is no host name, *.suffix, address or range of addresses, each with or without :port`;
}

/** Labels of host names; a numeric last label would be an address that is written wrongly. */
const namePattern = /^(?:\*\.)?(?!-)(?:[A-Za-z0-9_-]{1,63}\.)*(?!\d+\.?$)[A-Za-z0-9_-]{1,63}\.?$/;

function readEntry(text: string): Entry {
  const { host, port: portText } = splitPort(text.trim());
  const port = portText === null ? null : Number(portText);
  if (isIP(host.split('/')[0] ?? '') !== 0) {
    const list = new BlockList();
    const range = host.includes('/') ? host : plainAddress(host);
    addCidr(list, range);
    return { port, names: { exact: null, suffix: null }, addresses: { family: familyOf(range.split('/')[0] ?? ''), list } };
  }
  const name = plainName(host);
  return { port, names: name.startsWith('*.') ? { exact: null, suffix: name.slice(1) } : { exact: name, suffix: null }, addresses: null };
}

function splitPort(text: string): { host: string; port: string | null } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] ?? '', port: bracketed[2] ?? null };
  // More than one colon and no brackets: an IPv6 address.
  const [host = '', port, ...more] = text.split(':');
  return port === undefined || more.length > 0 ? { host: text, port: null } : { host, port };
}

const plainName = (host: string): string => host.toLowerCase().replace(/\.$/, '');

/** Whether a name that stands in the list may lead to this address. */
export const isOpenToNames = (address: string): boolean => !closedToNames.includes(classOf(address));

const closedToNames = ['metadata', 'unspecified', 'multicast'];
