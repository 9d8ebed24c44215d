import { BlockList, isIP, isIPv4 } from 'node:net';

/** A block of addresses (RFC 4632, RFC 4291 section 2.3). */
export interface Block {
  text: string;
  family: 'ipv4' | 'ipv6';
  /** The lowest address. */
  first: bigint;
  size: bigint;
}

/** Null for what is no block; host bits that are set are passed over. */
export function parseBlock(text: string): Block | null {
  const [address = '', prefix = '', ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0 || address.includes('%') || !/^\d{1,3}$/.test(prefix)) return null;
  const bits = family === 4 ? 32 : 128;
  if (Number(prefix) > bits) return null;
  const size = 1n << BigInt(bits - Number(prefix));
  const first = (numberOf(address) / size) * size;
  return { text, family: family === 4 ? 'ipv4' : 'ipv6', first, size };
}

export const addressAt = ({ family, first }: Block, offset: number): string => (family === 'ipv4' ? ipv4Text(first + BigInt(offset)) : ipv6Text(first + BigInt(offset)));

/** The usual form: addresses that are equal are written alike. */
export const plainAddress = (address: string): string => (isIPv4(address) ? address : ipv6Text(numberOf(address)));

/** Whether an address lies in one of these addresses and blocks. */
export function addressSet(entries: readonly string[]): (address: string) => boolean {
  if (entries.length === 0) return () => false;
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

function numberOf(address: string): bigint {
  if (isIPv4(address)) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  // An address whose end is written as IPv4 (RFC 4291 section 2.2).
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const pair = (high = '', low = '') => (Number(high) * 256 + Number(low)).toString(16);
  const text = dotted === null ? address : `${dotted[1] ?? ''}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}`;
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...(tail === undefined ? [] : zeros), ...right].reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n);
}

const ipv4Text = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');

/** RFC 5952. */
function ipv6Text(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - index * 16)) & 65_535n).toString(16));
  const text = groups.join(':');
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length || a.index - b.index);
  const [longest] = runs;
  if (longest === undefined) return text;
  const after = text.slice(longest.index + longest[0].length);
  return `${text.slice(0, longest.index)}:${after === '' ? ':' : after}`;
}
