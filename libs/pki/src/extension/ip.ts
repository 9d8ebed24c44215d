/** Four or sixteen bytes of an address in text; `null` for what is none (zone identifiers included). */
export function addressBytes(text: string): Buffer | null {
  const bytes = text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text);
  return bytes === null ? null : Buffer.from(bytes);
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
  const dotted = length === 4 ? ipv4Bytes(suffix) : null;
  if (dotted !== null) return prefixLength(Buffer.from(dotted)) === null ? null : Buffer.from(dotted);
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(suffix) || Number(suffix) > length * 8) return null;
  const prefix = Number(suffix);
  return Buffer.from(Array.from({ length }, (_, index) => 0xff & ~(0xff >> Math.min(8, Math.max(0, prefix - index * 8)))));
}

function prefixLength(mask: Uint8Array): number | null {
  const bits = Array.from(mask, (octet) => octet.toString(2).padStart(8, '0')).join('');
  const ones = bits.includes('0') ? bits.indexOf('0') : bits.length;
  return bits.includes('1', ones) ? null : ones;
}

function ipv4Bytes(text: string): number[] | null {
  const parts = text.split('.');
  const isAddress = parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
  return isAddress ? parts.map(Number) : null;
}

/** RFC 4291 §2.2: eight groups, one `::` for a run of zeros, the last two groups also as IPv4 address. */
function ipv6Bytes(text: string): number[] | null {
  const [head = '', tail, ...rest] = text.split('::');
  const front = groupBytes(head, tail === undefined);
  const back = tail === undefined ? [] : groupBytes(tail, true);
  if (front === null || back === null || rest.length > 0) return null;
  const missing = 16 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return null;
  return [...front, ...Array.from({ length: missing }, () => 0), ...back];
}

function groupBytes(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes = groups.map((group, index) => {
    if (/^[0-9A-Fa-f]{1,4}$/.test(group)) return [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff];
    return mayEndInIpv4 && index === groups.length - 1 ? ipv4Bytes(group) : null;
  });
  return bytes.includes(null) ? null : bytes.flatMap((pair) => pair ?? []);
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
