import { DerWalk } from './der-walk.js';
import { entriesOfStep, type Steps } from './steps.js';

/** Places that are tried before a list is taken for one that was made to collide. */
const maxProbes = 64;

const placesFor = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(count * 2, 8)));

/** Memory of the index of so many entries. */
export const indexBytes = (count: number): number => placesFor(count) * Uint32Array.BYTES_PER_ELEMENT;

/** Where in a list the entry of a serial number begins: a hash table of offsets, open addressing, half full. */
export class SerialIndex {
  /** Offset of an entry plus one; 0 is free. Null: too many serial numbers fall on one place, the list is walked instead. */
  private table: Uint32Array | null = null;
  private readonly mask: number;
  private readonly walk: DerWalk;

  private constructor(
    private readonly bytes: Buffer,
    private readonly start: number,
    private readonly end: number,
    count: number,
  ) {
    this.walk = new DerWalk(bytes);
    this.mask = placesFor(count) - 1;
  }

  static *of(bytes: Buffer, start: number, end: number, count: number): Steps<SerialIndex> {
    const index = new SerialIndex(bytes, start, end, count);
    index.table = yield* index.filled();
    return index;
  }

  /** Offset of the entry whose serial number has these content octets. */
  find(serial: Uint8Array): number | null {
    const { table, mask } = this;
    if (table === null) return this.search(serial);
    let place = hashOf(serial, 0, serial.length) & mask;
    for (let probe = 0; probe <= maxProbes; probe++, place = (place + 1) & mask) {
      const found = table[place] ?? 0;
      if (found === 0) return null;
      if (this.isAt(found - 1, serial)) return found - 1;
    }
    return null;
  }

  private *filled(): Steps<Uint32Array | null> {
    const { bytes, walk, mask } = this;
    const table = new Uint32Array(mask + 1);
    let count = 0;
    for (let offset = this.start; offset < this.end; ) {
      const next = walk.at(offset, this.end);
      const serialEnd = walk.at(walk.content, next);
      const serialStart = walk.content;
      let place = hashOf(bytes, serialStart, serialEnd) & mask;
      for (let probe = 0; table[place] !== 0; probe++, place = (place + 1) & mask) {
        if (probe === maxProbes) return null;
      }
      table[place] = offset + 1;
      offset = next;
      count += 1;
      if (count % entriesOfStep === 0) yield;
    }
    return table;
  }

  private search(serial: Uint8Array): number | null {
    for (let offset = this.start; offset < this.end; ) {
      if (this.isAt(offset, serial)) return offset;
      offset = this.walk.at(offset, this.end);
    }
    return null;
  }

  private isAt(offset: number, serial: Uint8Array): boolean {
    const { walk, bytes } = this;
    const end = walk.at(offset, this.end);
    const serialEnd = walk.at(walk.content, end);
    return serialEnd - walk.content === serial.length && bytes.compare(serial, 0, serial.length, walk.content, serialEnd) === 0;
  }
}

/** FNV-1a: serial numbers are random already. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
  // The last octets of sequential serial numbers reach the low bits only through this.
  return (hash ^ (hash >>> 15)) >>> 0;
}
