import { busy } from './crl-copies.js';

/**
 * Lists that are being sent. One that was replaced meanwhile stays in memory for as long as its slowest reader takes: strangers say how long
 * that is, and so there is an end to the bytes and to the time.
 */
export class LentCopies {
  private readonly readers = new Map<Buffer, number>();
  private bytesLent = 0;

  /** @param mostBytes of different lists at the same time; one alone may be longer */
  constructor(private readonly mostBytes: number = usualBytes) {}

  /** @returns gives it back, once @throws AppError `unavailable` when there is no room for another one */
  lend(bytes: Buffer): () => void {
    const readers = this.readers.get(bytes) ?? 0;
    if (readers === 0) {
      if (this.bytesLent > 0 && this.bytesLent + bytes.length > this.mostBytes) throw busy();
      this.bytesLent += bytes.length;
    }
    this.readers.set(bytes, readers + 1);
    let isBack = false;
    return () => {
      if (isBack) return;
      isBack = true;
      this.giveBack(bytes);
    };
  }

  private giveBack(bytes: Buffer): void {
    const left = (this.readers.get(bytes) ?? 0) - 1;
    if (left > 0) {
      this.readers.set(bytes, left);
      return;
    }
    this.readers.delete(bytes);
    this.bytesLent -= bytes.length;
  }
}

/** For a list of so many bytes: a minute, and as long as it takes at 32 kB/s. */
export const longestSendMs = (byteLength: number): number => 60_000 + byteLength / 32;

const usualBytes = 96 * 1_024 * 1_024;
