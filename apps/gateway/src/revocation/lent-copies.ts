import type { ServerResponse } from 'node:http';
import { busy } from './crl-copies.js';

/**
 * Lists that are being sent. One that was replaced meanwhile stays in memory for as long as its slowest reader takes: strangers say how long
 * that is, and so there is an end to the bytes and to the time.
 */
export class LentCopies {
  private readonly readers = new Map<Buffer, number>();
  private lentBytes = 0;

  /**
   * @param mostBytes of different lists at the same time; one alone may be longer
   * @param longestMs for a list of so many bytes
   */
  constructor(
    private readonly mostBytes: number = usualBytes,
    private readonly longestMs: (byteLength: number) => number = atLeast32kBPerSecond,
  ) {}

  get bytes(): number {
    return this.lentBytes;
  }

  /** Until the answer is sent, or took too long, which ends its connection. @throws AppError `unavailable` when there is no room for another list */
  lend(bytes: Buffer, to: ServerResponse): void {
    const readers = this.readers.get(bytes) ?? 0;
    if (readers === 0 && this.lentBytes > 0 && this.lentBytes + bytes.length > this.mostBytes) throw busy();
    // Who is gone already never closes again.
    if (to.closed || to.destroyed) return;
    if (readers === 0) this.lentBytes += bytes.length;
    this.readers.set(bytes, readers + 1);
    const limit = setTimeout(() => to.destroy(), this.longestMs(bytes.length)).unref();
    to.once('close', () => {
      clearTimeout(limit);
      this.giveBack(bytes);
    });
  }

  private giveBack(bytes: Buffer): void {
    const left = (this.readers.get(bytes) ?? 0) - 1;
    if (left > 0) {
      this.readers.set(bytes, left);
      return;
    }
    this.readers.delete(bytes);
    this.lentBytes -= bytes.length;
  }
}

/** A minute, and what it takes. */
const atLeast32kBPerSecond = (byteLength: number): number => 60_000 + byteLength / 32;

const usualBytes = 96 * 1_024 * 1_024;
