import { malformed } from '../invalid.js';
import { tags } from './tag.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Alphabet of PrintableString (X.680 §41.4). */
export const isPrintable = (value: string): boolean => /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value);

/** Alphabet of IA5String: ASCII. */
// eslint-disable-next-line no-control-regex -- the whole ASCII range is the definition
export const isIa5 = (value: string): boolean => /^[\x00-\x7f]*$/.test(value);

/** Whether the tag is one of the ASN.1 string types that `decodeString` reads. */
export const isStringTag = (tag: number): boolean => readers.has(tag);

/** Text of any ASN.1 string type; alphabets are not enforced, because certificates in the field break them. */
export function decodeString(tag: number, content: Uint8Array): string {
  const read = readers.get(tag);
  if (!read) throw malformed(`tag 0x${tag.toString(16)} is not a string type`);
  return read(content);
}

const latin1 = (content: Uint8Array): string => view(content).toString('latin1');

const readers = new Map<number, (content: Uint8Array) => string>([
  [tags.utf8String, decodeUtf8],
  [tags.printableString, latin1],
  [tags.ia5String, latin1],
  [tags.numericString, latin1],
  [tags.visibleString, latin1],
  [tags.t61String, latin1],
  [tags.bmpString, decodeUtf16],
  [tags.universalString, decodeUtf32],
]);

/** UTF-8, refusing invalid sequences. */
export function decodeUtf8(content: Uint8Array): string {
  try {
    return utf8.decode(content);
  } catch (cause) {
    throw malformed('a text is not valid UTF-8', cause);
  }
}

function decodeUtf16(content: Uint8Array): string {
  if (content.length % 2 !== 0) throw malformed('a BMPString has an odd number of bytes');
  return Buffer.from(content).swap16().toString('utf16le');
}

function decodeUtf32(content: Uint8Array): string {
  if (content.length % 4 !== 0) throw malformed('a UniversalString is not a multiple of four bytes');
  const bytes = view(content);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const point = bytes.readUInt32BE(at);
    if (point > 0x10ffff) throw malformed('a UniversalString holds a code point that does not exist');
    text += String.fromCodePoint(point);
  }
  return text;
}

function view(content: Uint8Array): Buffer {
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}
