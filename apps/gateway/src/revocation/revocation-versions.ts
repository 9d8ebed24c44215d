import type { OutputOf, listRevocationVersions } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';

export type RevocationVersion = OutputOf<typeof listRevocationVersions>['authorities'][number];

/**
 * What authorities have published, read every second while anybody asks, and not at all while nobody does.
 *
 * Nothing is answered on the ground of older news, but when the service that has newer ones does not answer: what was signed holds for
 * hours, and a client that gets no answer may well refuse the certificate.
 */
export class RevocationVersions {
  /** Null: nothing was heard yet. */
  private bySlug: Map<string, RevocationVersion> | null = null;
  private readAt = Number.NEGATIVE_INFINITY;
  private askedAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;

  /** @param now milliseconds of a clock that nobody sets */
  constructor(
    private readonly read: () => Promise<readonly RevocationVersion[]>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Null for an authority that publishes nothing here. @throws AppError `unavailable` before the first news */
  async of(slug: string): Promise<RevocationVersion | null> {
    this.askedAt = this.now();
    if (Math.abs(this.askedAt - this.readAt) > staleMs) await this.readOnce();
    this.timer ??= this.keepReading();
    if (this.bySlug === null) throw new AppError('unavailable', 'which authorities publish here is not known yet', { reason: 'revocation.no_news', retryAfterMs: 1_000 });
    return this.bySlug.get(slug) ?? null;
  }

  /** The same at once, when nothing has to be waited for; undefined when it has. */
  known(slug: string): RevocationVersion | null | undefined {
    const at = this.now();
    if (this.bySlug === null || Math.abs(at - this.readAt) > staleMs) return undefined;
    this.askedAt = at;
    return this.bySlug.get(slug) ?? null;
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private keepReading(): NodeJS.Timeout {
    const timer = setInterval(() => {
      if (this.now() - this.askedAt > idleMs) this.stop();
      else void this.readOnce();
    }, intervalMs);
    return timer.unref();
  }

  private readOnce(): Promise<void> {
    this.reading ??= this.readAll().finally(() => (this.reading = null));
    return this.reading;
  }

  private async readAll(): Promise<void> {
    try {
      this.bySlug = new Map((await this.read()).map((version) => [version.slug, version]));
    } catch {
      // The call is logged where it failed. What is known stays; it is tried again in a second.
    }
    this.readAt = this.now();
  }
}

const intervalMs = 1_000;
/** A read that is late by a little is waited for. */
const staleMs = 2_000;
const idleMs = 60_000;
