import type { InputOf, OutputOf, listRevocationVersions } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';

export type RevocationVersion = OutputOf<typeof listRevocationVersions>['authorities'][number];
export type KnownVersions = NonNullable<InputOf<typeof listRevocationVersions>['since']>;

/** Keeps something that changes with revocations. */
export interface RevocationListener {
  /** Slugs of authorities of which it keeps anything. */
  authorities(): Iterable<string>;
  /** Called before anybody hears of the version that came with it. @param serials null: nobody knows which, perhaps all */
  changed(slug: string, serials: readonly string[] | null): void;
}

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
  private readonly listeners: RevocationListener[] = [];

  /**
   * @param read told of the versions that are known of authorities of which something is kept
   * @param now milliseconds of a clock that nobody sets
   */
  constructor(
    private readonly read: (since: KnownVersions) => Promise<readonly RevocationVersion[]>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** From now on. */
  tell(listener: RevocationListener): void {
    this.listeners.push(listener);
  }

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
      this.heard(new Map((await this.read(this.since())).map((version) => [version.slug, version])));
    } catch {
      // The call is logged where it failed. What is known stays; it is tried again in a second.
    }
    this.readAt = this.now();
  }

  /** Of more than so many authorities all that is kept goes when they change. */
  private since(): KnownVersions {
    const slugs = new Set(this.listeners.flatMap((listener) => [...listener.authorities()]));
    const known = [...slugs].flatMap((slug) => this.bySlug?.get(slug) ?? []);
    return known.slice(0, mostSince).map(({ authorityId, version }) => ({ authorityId, version }));
  }

  private heard(bySlug: Map<string, RevocationVersion>): void {
    for (const [slug, version] of bySlug) {
      const before = this.bySlug?.get(slug);
      const isSame = before?.authorityId === version.authorityId;
      if (isSame && before.version === version.version) continue;
      // A version that goes back is one of a database that was restored: what was signed since may say something else.
      const isLater = isSame && BigInt(version.version) > BigInt(before.version);
      for (const listener of this.listeners) listener.changed(slug, isLater ? (version.changedSerials ?? null) : null);
    }
    this.bySlug = bySlug;
  }
}

const intervalMs = 1_000;
/** A read that is late by a little is waited for. */
const staleMs = 2_000;
const idleMs = 60_000;
/** As many as one question may name. */
const mostSince = 1_000;
