import { fault } from './faults.js';

/** Reads the presentation language of TLS (RFC 8446 section 3): numbers and vectors with their length before them. */
export class VectorReader {
  private at = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly what: string,
  ) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  number(size: 1 | 2 | 3): number {
    return this.take(size).readUIntBE(0, size);
  }

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw fault('tls.malformed', `the ${this.what} ends in the middle`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** A vector whose length takes so many bytes. */
  vector(lengthSize: 1 | 2 | 3): Buffer {
    return this.take(this.number(lengthSize));
  }

  inner(lengthSize: 1 | 2 | 3): VectorReader {
    return new VectorReader(this.vector(lengthSize), this.what);
  }

  /** How far it has read. */
  get position(): number {
    return this.at;
  }
}

export const uint = (size: 1 | 2 | 3, value: number): Buffer => {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntBE(value, 0, size);
  return bytes;
};

export function vector(lengthSize: 1 | 2 | 3, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([uint(lengthSize, length), ...parts]);
}

export const uint16s = (values: readonly number[]): Buffer => Buffer.concat(values.map((value) => uint(2, value)));
