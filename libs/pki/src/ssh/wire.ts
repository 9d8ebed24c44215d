import { malformed } from '../invalid.js';

/** Longest value that is read: a certificate for a thousand hosts takes 64 kB, a list of a hundred thousand revocations 1 MB. */
const maxBytes = 4 * 1024 * 1024;

/** `uint32` of RFC 4251 §5. */
export function uint32(value: number): Buffer {
  const out = Buffer.allocUnsafe(4);
  out.writeUInt32BE(value);
  return out;
}

/** `uint64` of RFC 4251 §5. */
export function uint64(value: bigint): Buffer {
  const out = Buffer.allocUnsafe(8);
  out.writeBigUInt64BE(value);
  return out;
}

/** `string` of RFC 4251 §5: length, then the bytes; text in UTF-8. */
export function sshString(value: Uint8Array | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** `mpint` of RFC 4251 §5 for a number that is not negative, from its big-endian bytes. */
export function mpint(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start++;
  const magnitude = bytes.subarray(start);
  return sshString((magnitude[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), magnitude]) : magnitude);
}

/** Cursor over values of the SSH wire format (RFC 4251 §5). Every method throws `AppError` `invalid_argument` for what is cut short. */
export class SshReader {
  private offset = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly what = 'SSH value',
  ) {
    if (bytes.length > maxBytes) throw malformed(`${what} has ${bytes.length} bytes, the limit is ${maxBytes}`);
  }

  static over(bytes: Uint8Array, what?: string): SshReader {
    return new SshReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), what);
  }

  get isAtEnd(): boolean {
    return this.offset >= this.bytes.length;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.offset;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  uint64(): bigint {
    return this.take(8).readBigUInt64BE();
  }

  string(): Buffer {
    return this.take(this.uint32());
  }

  /** A string that is text: UTF-8 without control characters. */
  text(): string {
    const bytes = this.string();
    const text = bytes.toString('utf8');
    if (!Buffer.from(text, 'utf8').equals(bytes)) throw malformed(`${this.what} has text that is not UTF-8`);
    return text;
  }

  /** Big-endian bytes of a number that is not negative, without leading zeros. */
  mpint(): Buffer {
    const bytes = this.string();
    if ((bytes[0] ?? 0) & 0x80) throw malformed(`${this.what} has a negative number`);
    if (bytes[0] === 0 && ((bytes[1] ?? 0) & 0x80) === 0) throw malformed(`${this.what} has a number with leading zeros`);
    return bytes[0] === 0 ? bytes.subarray(1) : bytes;
  }

  /** All strings up to the end. */
  texts(): string[] {
    const found: string[] = [];
    while (!this.isAtEnd) found.push(this.text());
    return found;
  }

  rest(): Buffer {
    return this.take(this.bytes.length - this.offset);
  }

  finish(): void {
    if (!this.isAtEnd) throw malformed(`${this.what} has ${this.bytes.length - this.offset} bytes behind its end`);
  }

  private take(length: number): Buffer {
    const end = this.offset + length;
    if (end > this.bytes.length) throw malformed(`${this.what} is cut short`);
    const taken = this.bytes.subarray(this.offset, end);
    this.offset = end;
    return taken;
  }
}
