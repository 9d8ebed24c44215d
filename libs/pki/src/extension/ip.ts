import { isIPv4, isIPv6 } from 'node:net';

/** Four or sixteen bytes of an address in text; `null` for what is none (zone identifiers included). */
export function addressBytes(text: string): Buffer | null {
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number));
  if (!isIPv6(text) || text.includes('%')) return null;
  const [head = '', tail] = text.split('::');
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const bytes = Buffer.alloc(16);
  bytes.set(front, 0);
  bytes.set(back, 16 - back.length);
  return bytes;
}

/** Text of four or sixteen bytes, IPv6 in the short form of RFC 5952. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0));
  const { start, length } = longestZeros(words);
  const hex = words.map((word) => word.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** Address and mask of a block `address/prefix` (IPv4 also `address/mask`); `null` for no block or one with host bits set. */
export function networkBytes(text: string): Buffer | null {
  const [address = '', suffix, ...rest] = text.split('/');
  const bytes = addressBytes(address);
  if (bytes === null || rest.length > 0) return null;
  const mask = suffix === undefined ? Buffer.alloc(bytes.length, 0xff) : maskBytes(suffix, bytes.length);
  if (mask === null || bytes.some((octet, index) => (octet & ~(mask[index] ?? 0)) !== 0)) return null;
  return Buffer.concat([bytes, mask]);
}

/** Text of eight or thirty-two bytes; `null` when the mask has a hole. */
export function networkText(bytes: Uint8Array): string | null {
  const half = bytes.length / 2;
  const prefix = prefixLength(bytes.subarray(half));
  return prefix === null ? null : `${addressText(bytes.subarray(0, half))}/${prefix}`;
}

function maskBytes(suffix: string, length: number): Buffer | null {
  if (length === 4 && isIPv4(suffix)) {
    const mask = Buffer.from(suffix.split('.').map(Number));
    return prefixLength(mask) === null ? null : mask;
  }
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(suffix) || Number(suffix) > length * 8) return null;
  const prefix = Number(suffix);
  return Buffer.from(Array.from({ length }, (_, index) => 0xff & ~(0xff >> Math.min(8, Math.max(0, prefix - index * 8)))));
}

function prefixLength(mask: Uint8Array): number | null {
  const bits = Array.from(mask, (octet) => octet.toString(2).padStart(8, '0')).join('');
  const ones = bits.indexOf('0') < 0 ? bits.length : bits.indexOf('0');
  return bits.includes('1', ones) ? null : ones;
}

function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const word = parseInt(group, 16);
    return [word >> 8, word & 0xff];
  });
}

function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start++) {
    let length = 0;
    while (words[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
