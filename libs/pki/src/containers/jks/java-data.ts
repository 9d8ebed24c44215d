import { malformed } from '../../invalid.js';

/** Writes what Java's `DataOutputStream` writes. */
export class JavaDataWriter {
  private readonly parts: Uint8Array[] = [];

  int(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value >>> 0);
    return this.append(bytes);
  }

  long(value: bigint): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    return this.append(bytes);
  }

  /** Text in Java's modified UTF-8, after its length in two bytes. */
  utf(text: string): this {
    const bytes = encodeModifiedUtf8(text);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return this.append(length).append(bytes);
  }

  /** Bytes after their length in four bytes. */
  block(bytes: Uint8Array): this {
    return this.int(bytes.length).append(bytes);
  }

  append(bytes: Uint8Array): this {
    this.parts.push(bytes);
    return this;
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.parts);
  }
}

/** Reads what Java's `DataInputStream` reads; every method throws AppError `invalid_argument` where the bytes end. */
export class JavaDataReader {
  private offset = 0;

  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.offset === this.bytes.length;
  }

  int(): number {
    return this.take(4).readUInt32BE();
  }

  long(): bigint {
    return this.take(8).readBigInt64BE();
  }

  utf(): string {
    return decodeModifiedUtf8(this.take(this.take(2).readUInt16BE()));
  }

  block(): Buffer {
    return this.take(this.int());
  }

  private take(length: number): Buffer {
    if (length > this.bytes.length - this.offset) throw malformed('the key store is cut short');
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }
}

/** Each UTF-16 unit on its own in one to three bytes, NUL in two (Java Virtual Machine Specification §4.4.7). */
function encodeModifiedUtf8(text: string): Buffer {
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 1 && unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Buffer.from(bytes);
}

function decodeModifiedUtf8(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; ) {
    const first = bytes[index] ?? 0;
    const length = first < 0x80 ? 1 : first >> 5 === 0b110 ? 2 : first >> 4 === 0b1110 ? 3 : 0;
    if (length === 0 || index + length > bytes.length) throw malformed('a name in the key store is not valid text');
    let unit = length === 1 ? first : first & (length === 2 ? 0x1f : 0x0f);
    for (let next = 1; next < length; next++) unit = (unit << 6) | ((bytes[index + next] ?? 0) & 0x3f);
    text += String.fromCharCode(unit);
    index += length;
  }
  return text;
}
