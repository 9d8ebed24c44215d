import { encodeOidContent } from './oid.js';
import { encodeTime } from './der-time.js';
import { contextConstructed, contextPrimitive, tags } from './tag.js';

/** One element with the given identifier octet; `contents` are joined. */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  return tlvOf(tag, contents);
}

/** As `tlv`, for contents already in a list. */
export function tlvOf(tag: number, contents: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of contents) length += part.length;
  const out = Buffer.allocUnsafe(headerSize(length) + length);
  let offset = writeHeader(out, 0, tag, length);
  for (const part of contents) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Bytes that identifier and definite length octets take for contents of `length` bytes. */
export function headerSize(length: number): number {
  if (length < 0x80) return 2;
  if (length < 0x100) return 3;
  if (length < 0x10000) return 4;
  return length < 0x1000000 ? 5 : 6;
}

/** Writes identifier and length octets at `offset`; returns the offset behind them. */
export function writeHeader(out: Uint8Array, offset: number, tag: number, length: number): number {
  out[offset++] = tag;
  if (length < 0x80) {
    out[offset++] = length;
    return offset;
  }
  const octets = headerSize(length) - 2;
  out[offset++] = 0x80 | octets;
  for (let shift = (octets - 1) * 8; shift >= 0; shift -= 8) out[offset++] = (length >>> shift) & 0xff;
  return offset;
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => tlvOf(tags.sequence, contents);

export const sequenceOf = (contents: readonly Uint8Array[]): Buffer => tlvOf(tags.sequence, contents);

/** SET OF: elements in ascending order of their encoding (X.690 §11.6). */
export function setOf(contents: readonly Uint8Array[]): Buffer {
  return tlvOf(tags.set, contents.length < 2 ? contents : [...contents].sort((a, b) => Buffer.compare(a, b)));
}

/** `[number] EXPLICIT`, or IMPLICIT over a constructed type. */
export const explicit = (number: number, ...contents: readonly Uint8Array[]): Buffer => tlvOf(contextConstructed(number), contents);

/** `[number] IMPLICIT` over a primitive type. */
export const implicit = (number: number, content: Uint8Array): Buffer => tlv(contextPrimitive(number), content);

export function integer(value: bigint | number): Buffer {
  return tlv(tags.integer, integerContent(BigInt(value)));
}

/** INTEGER from big-endian bytes read as unsigned. */
export function unsignedInteger(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const magnitude = bytes.subarray(start);
  if (magnitude.length === 0) return integer(0);
  return (magnitude[0] ?? 0) & 0x80 ? tlv(tags.integer, Buffer.of(0), magnitude) : tlv(tags.integer, magnitude);
}

export const enumerated = (value: number): Buffer => tlv(tags.enumerated, integerContent(BigInt(value)));

export const boolean = (value: boolean): Buffer => tlv(tags.boolean, Buffer.of(value ? 0xff : 0));

export const nullValue = (): Buffer => Buffer.of(tags.null, 0);

/** OBJECT IDENTIFIER; do not write into the result, it is shared. */
export function oid(dotted: string): Buffer {
  const known = encodedOids.get(dotted);
  if (known) return known;
  const encoded = tlv(tags.oid, encodeOidContent(dotted));
  if (encodedOids.size < rememberedOids) encodedOids.set(dotted, encoded);
  return encoded;
}

/** The same few dozen recur in every certificate, and checking one costs more than all else in an extension. */
const rememberedOids = 256;
const encodedOids = new Map<string, Buffer>();

export const octetString = (bytes: Uint8Array): Buffer => tlv(tags.octetString, bytes);

export const bitString = (bytes: Uint8Array, unusedBits = 0): Buffer => tlv(tags.bitString, Buffer.of(unusedBits), bytes);

/** Named bit list: bit 0 first, trailing zero bits left out (X.690 §11.2.2). */
export function namedBits(bits: readonly boolean[]): Buffer {
  const count = bits.lastIndexOf(true) + 1;
  const bytes = Buffer.alloc(Math.ceil(count / 8));
  bits.slice(0, count).forEach((isSet, index) => {
    if (isSet) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (0x80 >> (index & 7));
  });
  return bitString(bytes, (8 - (count % 8)) % 8);
}

export const utf8String = (value: string): Buffer => tlv(tags.utf8String, Buffer.from(value, 'utf8'));

/** The caller has checked the alphabet (`isPrintable`). */
export const printableString = (value: string): Buffer => tlv(tags.printableString, Buffer.from(value, 'latin1'));

/** The caller has checked that the value is ASCII (`isIa5`). */
export const ia5String = (value: string): Buffer => tlv(tags.ia5String, Buffer.from(value, 'latin1'));

export const bmpString = (value: string): Buffer => tlv(tags.bmpString, Buffer.from(value, 'utf16le').swap16());

/** UTCTime through 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5); fractions of a second are cut. */
export const time = (value: Date): Buffer => encodeTime(value);

/** Content octets of an INTEGER: two's complement in its shortest form. */
export function integerContent(value: bigint): Buffer {
  if (value >= 0n) {
    const hex = value.toString(16);
    const padded = hex.length % 2 === 0 ? hex : `0${hex}`;
    return Buffer.from(parseInt(padded.slice(0, 2), 16) >= 0x80 ? `00${padded}` : padded, 'hex');
  }
  let octets = 1;
  while (value < -(1n << BigInt(octets * 8 - 1))) octets++;
  return Buffer.from(BigInt.asUintN(octets * 8, value).toString(16).padStart(octets * 2, '0'), 'hex');
}
