import { AppError } from '@sifaka/kernel';

export const recordTypes = { soa: 6, txt: 16, tsig: 250 } as const;
export const recordClasses = { in: 1, none: 254, any: 255 } as const;

/** One resource record (RFC 1035 section 3.2.1); `data` is its RDATA. */
export interface ResourceRecord {
  name: string;
  type: number;
  class: number;
  ttlSeconds: number;
  data: Buffer;
}

export interface Message {
  id: number;
  /** `flags.update` or 0. */
  flags: number;
  question: { name: string; type: number };
  /** Records of the third section: updates (RFC 2136 section 2.5), or authorities. */
  third: readonly ResourceRecord[];
}

export interface DecodedMessage {
  id: number;
  rcode: number;
  isResponse: boolean;
  isAuthoritative: boolean;
  /** Answers, authorities and additional records. */
  records: (ResourceRecord & { startsAt: number })[];
}

export const flags = { update: 5 << 11 } as const;

const headerLength = 12;

/** A name is at most 255 octets, so a pointer is followed at most this often before it runs in circles. */
const maxPointers = 127;

export function encodeMessage({ id, flags: bits, question, third }: Message): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(bits, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(third.length, 8);
  return Buffer.concat([header, encodeName(question.name), shorts(question.type, recordClasses.in), ...third.map(encodeRecord)]);
}

export function encodeRecord({ name, type, class: recordClass, ttlSeconds, data }: ResourceRecord): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(recordClass, 2);
  fixed.writeUInt32BE(ttlSeconds, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeName(name), fixed, data]);
}

/**
 * In lower case and without compression, as signatures want it (RFC 8945 section 4.3.3).
 *
 * @throws AppError `failed_precondition` for what is no domain name
 */
export function encodeName(name: string): Buffer {
  const labels = name.toLowerCase().replace(/\.$/, '').split('.').filter((label, _index, all) => all.length > 1 || label !== '').map((label) => Buffer.from(label, 'utf8'));
  const encoded = Buffer.concat([...labels.flatMap((label) => [Buffer.of(label.length & 0xff), label]), Buffer.of(0)]);
  if (encoded.length > 255 || labels.some(({ length }) => length === 0 || length > 63)) {
    throw new AppError('failed_precondition', `"${name.slice(0, 300)}" is no domain name: labels have 1 to 63 octets, names at most 255 (RFC 1035)`);
  }
  return encoded;
}

/** RDATA of a TXT record: strings of at most 255 octets (RFC 1035 section 3.3.14). */
export function encodeTxt(value: string): Buffer {
  const octets = Buffer.from(value, 'utf8');
  const strings: Buffer[] = [];
  for (let start = 0; start === 0 || start < octets.length; start += 255) {
    const part = octets.subarray(start, start + 255);
    strings.push(Buffer.of(part.length), part);
  }
  return Buffer.concat(strings);
}

/** @throws RangeError for what is no message */
export function decodeMessage(message: Buffer): DecodedMessage {
  const bits = message.readUInt16BE(2);
  const [questions, ...others] = [4, 6, 8, 10].map((offset) => message.readUInt16BE(offset));
  let offset = headerLength;
  for (let count = 0; count < (questions ?? 0); count++) offset = decodeName(message, offset).end + 4;
  const records: DecodedMessage['records'] = [];
  for (let count = others.reduce((sum, each) => sum + each, 0); count > 0; count--) {
    const { record, end } = decodeRecord(message, offset);
    records.push({ ...record, startsAt: offset });
    offset = end;
  }
  return { id: message.readUInt16BE(0), rcode: bits & 0xf, isResponse: (bits & 0x8000) !== 0, isAuthoritative: (bits & 0x0400) !== 0, records };
}

export function decodeName(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let end: number | undefined;
  let pointers = 0;
  for (let offset = start; ; ) {
    const length = message.readUInt8(offset);
    if (length >= 0xc0) {
      if (++pointers > maxPointers) throw new RangeError('a name points at itself');
      end ??= offset + 2;
      offset = message.readUInt16BE(offset) & 0x3fff;
      continue;
    }
    if (length === 0) return { name: labels.join('.'), end: end ?? offset + 1 };
    labels.push(slice(message, offset + 1, length).toString('latin1').toLowerCase());
    offset += 1 + length;
  }
}

function decodeRecord(message: Buffer, offset: number): { record: ResourceRecord; end: number } {
  const { name, end: at } = decodeName(message, offset);
  const length = message.readUInt16BE(at + 8);
  const data = slice(message, at + 10, length);
  return {
    record: { name, type: message.readUInt16BE(at), class: message.readUInt16BE(at + 2), ttlSeconds: message.readUInt32BE(at + 4), data },
    end: at + 10 + length,
  };
}

function slice(message: Buffer, start: number, length: number): Buffer {
  if (start + length > message.length) throw new RangeError('the message ends too early');
  return message.subarray(start, start + length);
}

function shorts(...values: number[]): Buffer {
  const encoded = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) encoded.writeUInt16BE(value, index * 2);
  return encoded;
}
