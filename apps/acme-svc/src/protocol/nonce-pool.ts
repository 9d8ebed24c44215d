import type { Clock } from '@sifaka/kernel';

/** More than the requests that are under way at once. */
const keptNonces = 64;

/** CAs forget nonces; one that is refused costs a round trip more than one that is fetched. */
const longestLifeMs = 120_000;

/** Nonces of one directory that answers brought along and nobody used yet (RFC 8555 section 6.5). */
export class NoncePool {
  private readonly kept: { nonce: string; until: number }[] = [];

  constructor(private readonly clock: Clock) {}

  /** The newest; undefined when one has to be fetched. */
  take(): string | undefined {
    const newest = this.kept.pop();
    if (newest !== undefined && newest.until > this.clock.now().getTime()) return newest.nonce;
    this.kept.length = 0;
    return undefined;
  }

  /** Takes the `Replay-Nonce` header of an answer, if it holds one. */
  add(nonce: string | null): void {
    if (nonce === null || !isNonce(nonce)) return;
    this.kept.push({ nonce, until: this.clock.now().getTime() + longestLifeMs });
    if (this.kept.length > keptNonces) this.kept.shift();
  }
}

/** Base64url (RFC 8555 section 6.5.1), and no longer than a header may be. */
export const isNonce = (text: string): boolean => /^[A-Za-z0-9_-]{1,1024}$/.test(text);
