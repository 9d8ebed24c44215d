import { AppError, isAppError, type Clock } from '@sifaka/kernel';
import type { CrlRecord } from '@sifaka/contracts';
import { LRUCache } from 'lru-cache';
import type { RevocationVersions } from './revocation-versions.js';

export type CrlKind = CrlRecord['kind'];

export interface CrlCopy {
  readonly record: CrlRecord;
  readonly bytes: Buffer;
}

/** Where the lists are. */
export interface CrlOrigin {
  find(slug: string, kind: CrlKind): Promise<CrlRecord>;
  /** Bytes from `offset` on, some of them. */
  read(record: CrlRecord, offset: number): Promise<Buffer>;
}

/** What lists may take of this process's memory, in bytes. */
export interface CrlRoom {
  kept: number;
  /** Of lists that are fetched at the same time; one alone may be larger. */
  underWay: number;
}

/** Revocation lists as they are served: fetched once, and again when there is a newer one. */
export class CrlCopies {
  private readonly kept: LRUCache<string, CrlCopy>;
  private bytesUnderWay = 0;
  private readonly running = new Map<string, Promise<CrlCopy>>();

  constructor(
    private readonly versions: RevocationVersions,
    private readonly origin: CrlOrigin,
    private readonly clock: Clock,
    private readonly room: CrlRoom = usualRoom,
  ) {
    this.kept = new LRUCache({ maxSize: room.kept, sizeCalculation: ({ bytes }) => bytes.length + 1_024 });
  }

  /** Null: there is none. @throws AppError `unavailable` */
  async of(slug: string, kind: CrlKind): Promise<CrlCopy | null> {
    const version = await this.versions.of(slug);
    const number = kind === 'full' ? version?.crlNumber : version?.deltaNumber;
    if (number === null || number === undefined) return null;
    const key = `${kind} ${slug}`;
    const known = this.kept.get(key);
    if (known?.record.number === number) return known;
    try {
      return await this.fetchOnce(key, slug, kind);
    } catch (error) {
      // The service is away: an older list is better than none while it holds.
      if (known !== undefined && new Date(known.record.nextUpdate) > this.clock.now()) return known;
      throw error;
    }
  }

  private fetchOnce(key: string, slug: string, kind: CrlKind): Promise<CrlCopy> {
    const running = this.running.get(key);
    if (running !== undefined) return running;
    if (this.running.size >= mostAtOnce) throw busy();
    const fetched = this.fetch(slug, kind).finally(() => this.running.delete(key));
    this.running.set(key, fetched);
    return fetched.then((copy) => {
      this.kept.set(key, copy);
      return copy;
    });
  }

  /** A list that was replaced while it was read is begun anew. */
  private async fetch(slug: string, kind: CrlKind): Promise<CrlCopy> {
    for (let attempt = 1; ; attempt += 1) {
      const record = await this.origin.find(slug, kind);
      try {
        return { record, bytes: await this.readAll(record) };
      } catch (error) {
        if (attempt >= attempts || !isAppError(error) || error.code !== 'not_found') throw error;
      }
    }
  }

  /** Into one piece of memory from the start: the list would be there twice when it is put together at the end. */
  private async readAll(record: CrlRecord): Promise<Buffer> {
    const { byteLength } = record;
    if (this.bytesUnderWay > 0 && this.bytesUnderWay + byteLength > this.room.underWay) throw busy();
    this.bytesUnderWay += byteLength;
    try {
      const bytes = Buffer.alloc(byteLength);
      for (let offset = 0; offset < byteLength; ) {
        const part = await this.origin.read(record, offset);
        if (part.length === 0 || part.length > byteLength - offset) throw new AppError('unavailable', `list ${record.number} of "${record.slug}" does not end at its end`, { reason: 'crl.incomplete' });
        offset += part.copy(bytes, offset);
      }
      return bytes;
    } finally {
      this.bytesUnderWay -= byteLength;
    }
  }
}

export const busy = (): AppError => new AppError('unavailable', 'too many revocation lists are asked for: come again in a second', { reason: 'crl.busy', retryAfterMs: 1_000 });

const megabyte = 1_024 * 1_024;
/** A list of 100,000 certificates has 4 MB. With lists that are being sent and OCSP answers, 320 MB of the 768 that the pod has. */
const usualRoom: CrlRoom = { kept: 96 * megabyte, underWay: 64 * megabyte };
const mostAtOnce = 10;
const attempts = 3;
