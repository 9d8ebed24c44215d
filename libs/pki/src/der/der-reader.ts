import { malformed } from '../invalid.js';
import { pkiLimits } from '../pki-limits.js';
import { decodeString, isStringTag } from './der-string.js';
import { decodeTime } from './der-time.js';
import { decodeOidContent } from './oid.js';
import { contextConstructed, tags } from './tag.js';

/** One element: identifier octet, its bytes with header (`raw`) and without (`content`); views, not copies. */
export interface DerElement {
  readonly tag: number;
  readonly raw: Buffer;
  readonly content: Buffer;
}

/**
 * Cursor over the elements of one DER value. Definite minimal lengths, one-octet identifiers, bounded size and depth
 * (X.690 §10). Every method throws `AppError` `invalid_argument` on anything else.
 */
export class DerReader {
  private offset = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly depth = 0,
  ) {
    if (bytes.length > pkiLimits.derBytes) throw malformed(`DER value has ${bytes.length} bytes, the limit is ${pkiLimits.derBytes}`);
    if (depth > pkiLimits.derDepth) throw malformed(`DER value is nested deeper than ${pkiLimits.derDepth} levels`);
  }

  /** Reader over all of `bytes`, without copying them. */
  static over(bytes: Uint8Array): DerReader {
    return new DerReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  get isAtEnd(): boolean {
    return this.offset >= this.bytes.length;
  }

  /** Identifier octet of the next element, `undefined` at the end. */
  peek(): number | undefined {
    return this.bytes[this.offset];
  }

  next(): DerElement {
    const start = this.offset;
    const tag = this.bytes[start];
    if (tag === undefined) throw malformed('DER value ends where an element was expected');
    if ((tag & 0x1f) === 0x1f) throw malformed('DER value uses a tag number above 30');
    const contentStart = this.skipLength(start + 1);
    const end = contentStart + this.lengthAt(start + 1);
    if (end > this.bytes.length) throw malformed('DER value is cut short: an element is longer than what is left');
    this.offset = end;
    return { tag, raw: this.bytes.subarray(start, end), content: this.bytes.subarray(contentStart, end) };
  }

  read(tag: number): DerElement {
    if (this.peek() !== tag) throw malformed(`DER value has ${shownTag(this.peek())} where tag ${shownTag(tag)} was expected`);
    return this.next();
  }

  optional(tag: number): DerElement | undefined {
    return this.peek() === tag ? this.next() : undefined;
  }

  /** Reader over the content of the next element, which must have `tag`. */
  enter(tag: number = tags.sequence): DerReader {
    return this.into(this.read(tag));
  }

  enterOptional(tag: number): DerReader | undefined {
    return this.peek() === tag ? this.enter(tag) : undefined;
  }

  /** Reader one level deeper, over an element that was read from here. */
  into(element: DerElement): DerReader {
    return new DerReader(element.content, this.depth + 1);
  }

  /** Reader over the DER value inside an OCTET STRING or BIT STRING that was read from here. */
  inside(content: Buffer): DerReader {
    return new DerReader(content, this.depth + 1);
  }

  /** Content of `[number] EXPLICIT`, when that is next. */
  explicit(number: number): DerReader | undefined {
    return this.enterOptional(contextConstructed(number));
  }

  /** Refuses bytes behind the last expected element. */
  finish(): void {
    if (!this.isAtEnd) throw malformed(`DER value has ${this.bytes.length - this.offset} bytes more than its structure`);
  }

  integer(tag: number = tags.integer): bigint {
    return decodeInteger(this.read(tag).content);
  }

  /** INTEGER that must fit `0…max`. */
  smallInteger(max: number): number {
    const value = this.integer();
    if (value < 0n || value > BigInt(max)) throw malformed(`integer ${value} is outside 0 to ${max}`);
    return Number(value);
  }

  /** BOOLEAN; any non-zero octet counts as true, as old encoders wrote it. */
  boolean(): boolean {
    const { content } = this.read(tags.boolean);
    if (content.length !== 1) throw malformed('a BOOLEAN is not one octet');
    return content[0] !== 0;
  }

  oid(): string {
    return decodeOidContent(this.read(tags.oid).content);
  }

  octetString(): Buffer {
    return this.read(tags.octetString).content;
  }

  /** BIT STRING of whole octets. */
  bitString(): Buffer {
    const bits = decodeBits(this.read(tags.bitString).content);
    if (bits.unused !== 0) throw malformed('a BIT STRING that must hold whole octets does not');
    return bits.bytes;
  }

  time(): Date {
    const element = this.next();
    return decodeTime(element.tag, element.content);
  }

  string(): string {
    const tag = this.peek();
    if (tag === undefined || !isStringTag(tag)) throw malformed(`DER value has ${shownTag(tag)} where a string was expected`);
    return decodeString(tag, this.next().content);
  }

  private skipLength(at: number): number {
    const first = this.bytes[at];
    if (first === undefined) throw malformed('DER value ends inside a header');
    return at + 1 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private lengthAt(at: number): number {
    const first = this.bytes[at] ?? 0;
    if (first < 0x80) return first;
    const octets = first & 0x7f;
    if (octets === 0) throw malformed('DER value uses an indefinite length');
    if (octets > 4) throw malformed('DER value announces a length of more than four octets');
    if (at + octets >= this.bytes.length) throw malformed('DER value ends inside a header');
    let length = 0;
    for (let index = 1; index <= octets; index++) length = length * 256 + (this.bytes[at + index] ?? 0);
    if (length < 0x80 || length < 256 ** (octets - 1)) throw malformed('DER value has a length that is not in its shortest form');
    return length;
  }
}

/** Reads exactly one element from `bytes`, nothing behind it. */
export function readOnly(bytes: Uint8Array, tag: number = tags.sequence): DerReader {
  const outer = DerReader.over(bytes);
  const inner = outer.enter(tag);
  outer.finish();
  return inner;
}

/** Two's complement content octets of an INTEGER in their shortest form (X.690 §8.3.2). */
export function decodeInteger(content: Uint8Array): bigint {
  const [first, second] = content;
  if (first === undefined) throw malformed('an INTEGER is empty');
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw malformed('an INTEGER is not in its shortest form');
  }
  const unsigned = BigInt(`0x${Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('hex')}`);
  return first & 0x80 ? unsigned - (1n << BigInt(content.length * 8)) : unsigned;
}

/** Content of a BIT STRING: its octets and how many of the last bits do not count. */
export function decodeBits(content: Buffer): { bytes: Buffer; unused: number } {
  const unused = content[0];
  if (unused === undefined || unused > 7 || (content.length === 1 && unused !== 0)) throw malformed('a BIT STRING has a wrong count of unused bits');
  return { bytes: content.subarray(1), unused };
}

/** Flags of a named bit list, bit 0 first. */
export function decodeNamedBits(content: Buffer, count: number): boolean[] {
  const { bytes } = decodeBits(content);
  return Array.from({ length: count }, (_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

function shownTag(tag: number | undefined): string {
  return tag === undefined ? 'nothing' : `0x${tag.toString(16).padStart(2, '0')}`;
}
