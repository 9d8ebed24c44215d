import { tlvOf } from '../der/der-writer.js';
import { malformed } from '../invalid.js';
import { pkiLimits } from '../pki-limits.js';

/**
 * DER of a BER value: indefinite lengths measured, octet strings that come in pieces joined, lengths shortened. Firefox and macOS write
 * key containers in that form. What is DER already comes back unchanged.
 *
 * @throws AppError `invalid_argument`
 */
export function berToDer(bytes: Uint8Array): Buffer {
  if (bytes.length > pkiLimits.derBytes) throw malformed(`the file has ${bytes.length} bytes, the limit is ${pkiLimits.derBytes}`);
  const { der, end } = convert(bytes, 0, bytes.length, 0);
  if (end !== bytes.length) throw malformed(`the file has ${bytes.length - end} bytes more than its structure`);
  return der;
}

interface Converted {
  der: Buffer;
  /** Content without header. */
  content: readonly Uint8Array[];
  end: number;
}

const constructedBit = 0x20;
const constructedOctetString = 0x24;
const octetStringTag = 0x04;

function convert(bytes: Uint8Array, start: number, limit: number, depth: number): Converted {
  if (depth > pkiLimits.derDepth) throw malformed(`the file is nested deeper than ${pkiLimits.derDepth} levels`);
  const tag = bytes[start];
  if (tag === undefined || start >= limit) throw malformed('the file is cut short');
  if ((tag & 0x1f) === 0x1f) throw malformed('the file uses a tag number above 30');
  const { contentStart, contentEnd } = readLength(bytes, start + 1, limit);

  if ((tag & constructedBit) === 0) {
    if (contentEnd === null) throw malformed('a primitive value has no length');
    const content = [bytes.subarray(contentStart, contentEnd)];
    return { der: tlvOf(tag, content), content, end: contentEnd };
  }
  const { parts, end } = convertChildren(bytes, contentStart, contentEnd, limit, depth);
  if (tag !== constructedOctetString) {
    const content = parts.map(({ der }) => der);
    return { der: tlvOf(tag, content), content, end };
  }
  if (parts.some(({ der }) => der[0] !== octetStringTag)) throw malformed('an octet string in pieces holds something else');
  const content = parts.flatMap((part) => part.content);
  return { der: tlvOf(octetStringTag, content), content, end };
}

function convertChildren(bytes: Uint8Array, start: number, contentEnd: number | null, limit: number, depth: number): { parts: Converted[]; end: number } {
  const parts: Converted[] = [];
  let at = start;
  for (;;) {
    if (contentEnd !== null && at === contentEnd) return { parts, end: at };
    // Two zero octets end what has no length.
    if (contentEnd === null && bytes[at] === 0 && bytes[at + 1] === 0 && at + 2 <= limit) return { parts, end: at + 2 };
    const part = convert(bytes, at, contentEnd ?? limit, depth + 1);
    parts.push(part);
    at = part.end;
  }
}

function readLength(bytes: Uint8Array, at: number, limit: number): { contentStart: number; contentEnd: number | null } {
  const first = bytes[at];
  if (first === undefined) throw malformed('the file is cut short');
  if (first === 0x80) return { contentStart: at + 1, contentEnd: null };
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (octets > 4) throw malformed('the file announces a length of more than four octets');
  let length = octets === 0 ? first : 0;
  for (let index = 1; index <= octets; index++) length = length * 256 + (bytes[at + index] ?? 0);
  const contentStart = at + 1 + octets;
  if (contentStart + length > limit) throw malformed('the file is cut short');
  return { contentStart, contentEnd: contentStart + length };
}
