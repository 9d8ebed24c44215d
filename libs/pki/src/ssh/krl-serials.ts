import { mpint, sshString, uint64 } from './wire.js';

/** Kinds of subsections of a certificate section (PROTOCOL.krl). */
export const krlSubsections = { serialList: 0x20, serialRange: 0x21, serialBitmap: 0x22, keyId: 0x23 } as const;

/** From this many in a row on, a range (16 bytes) is shorter than a list (8 bytes each). */
const rangeCount = 3;
/** Serials that lie at most so far apart may share a bitmap: its byte for eight numbers is then no longer than their list. */
const bitmapGap = 64n;
const bitmapSpan = 1n << 18n;

/** Serial numbers of one authority, as short as list, range and bitmap make them. */
export function encodeRevokedSerials(serials: readonly bigint[]): Buffer {
  const sorted = [...new Set(serials)].filter((serial) => serial > 0n).sort((a, b) => (a < b ? -1 : 1));
  const singles: bigint[] = [];
  const sections: Buffer[] = [];
  for (const run of runsOf(sorted)) {
    if (run.length >= rangeCount) sections.push(subsection(krlSubsections.serialRange, Buffer.concat([uint64(run[0] ?? 0n), uint64(run.at(-1) ?? 0n)])));
    else singles.push(...run);
  }
  const listed: bigint[] = [];
  for (const cluster of clustersOf(singles)) {
    const bitmap = bitmapOf(cluster);
    if (bitmap.length < 8 * cluster.length) sections.push(subsection(krlSubsections.serialBitmap, bitmap));
    else listed.push(...cluster);
  }
  if (listed.length > 0) sections.push(subsection(krlSubsections.serialList, Buffer.concat(listed.map(uint64))));
  return Buffer.concat(sections);
}

export const subsection = (type: number, data: Uint8Array): Buffer => Buffer.concat([Buffer.of(type), sshString(data)]);

function runsOf(sorted: readonly bigint[]): bigint[][] {
  return groups(sorted, (last, next) => next === last + 1n);
}

function clustersOf(sorted: readonly bigint[]): bigint[][] {
  return groups(sorted, (last, next, first) => next - last <= bitmapGap && next - first < bitmapSpan);
}

function groups(sorted: readonly bigint[], belongs: (last: bigint, next: bigint, first: bigint) => boolean): bigint[][] {
  const found: bigint[][] = [];
  for (const serial of sorted) {
    const group = found.at(-1);
    const [first, last] = [group?.[0], group?.at(-1)];
    if (group !== undefined && first !== undefined && last !== undefined && belongs(last, serial, first)) group.push(serial);
    else found.push([serial]);
  }
  return found;
}

/** Offset, then a number whose bit n stands for serial offset + n. */
function bitmapOf(cluster: readonly bigint[]): Buffer {
  const [offset = 0n] = cluster;
  const span = Number((cluster.at(-1) ?? offset) - offset);
  const bytes = Buffer.alloc(Math.floor(span / 8) + 1);
  for (const serial of cluster) {
    const bit = Number(serial - offset);
    const place = bytes.length - 1 - Math.floor(bit / 8);
    bytes[place] = (bytes[place] ?? 0) | (1 << (bit % 8));
  }
  return Buffer.concat([uint64(offset), mpint(bytes)]);
}
