import type { CertificateFacts, SignatureAlgorithm } from '@sifaka/pki';

/** Makes the lists of one authority true: after it was made, and after a revocation. */
export const publishCrlJob = 'publish-crl';

export type CrlKind = 'full' | 'delta';

/** What an authority has published, and what is due. */
export interface PublicationState {
  authorityId: number;
  slug: string;
  version: number;
  listedVersion: number | null;
  listedAt: Date | null;
  fullNumber: number | null;
  deltaNumber: number | null;
  baseNumber: number | null;
  baseVersion: number | null;
  baseAt: Date | null;
  nextTryAt: Date | null;
  lastError: string | null;
}

/** An authority that tells the world itself: its key is here. */
export interface PublishingAuthority {
  id: number;
  name: string;
  slug: string;
  keyId: string;
  /** Its own certificate. */
  facts: CertificateFacts;
  algorithm: SignatureAlgorithm;
}

/** Hash of the authority's signatures, as the key vault is told; null for Ed25519. */
export function hashOf({ algorithm: { hash } }: PublishingAuthority): 'sha256' | 'sha384' | 'sha512' | null {
  return hash === 'sha256' || hash === 'sha384' || hash === 'sha512' ? hash : null;
}

/** How long lists hold, and how often they are made. */
export interface CrlTerms {
  validityMs: number;
  intervalMs: number;
  /** Null: no deltas. */
  deltaValidityMs: number | null;
}

const hourMs = 3_600_000;

export function crlTermsOf(config: { crlValidityHours: number; crlIntervalHours: number; deltaCrlValidityHours: number }): CrlTerms {
  const validityMs = config.crlValidityHours * hourMs;
  return {
    validityMs,
    // Whatever is configured, a list that could not be made for half its life is still good.
    intervalMs: Math.min(config.crlIntervalHours * hourMs, validityMs / 2),
    deltaValidityMs: config.deltaCrlValidityHours === 0 ? null : config.deltaCrlValidityHours * hourMs,
  };
}

export type Due = 'schedule' | 'change' | null;

/**
 * Why a list is to be made now: its time has come, or something was revoked since.
 *
 * A list from the future is made anew: the clock was wrong then, and a client takes it for not yet valid.
 */
export function crlDue(state: PublicationState, { intervalMs, deltaValidityMs }: CrlTerms, now: Date): Due {
  const { version, listedVersion, listedAt, baseAt, baseNumber, deltaNumber } = state;
  if (listedAt === null || baseAt === null || baseNumber === null) return 'schedule';
  const interval = deltaValidityMs === null ? intervalMs : Math.min(intervalMs, deltaValidityMs / 2);
  const age = now.getTime() - baseAt.getTime();
  if (age >= interval || age < -futureMs || listedAt.getTime() - now.getTime() > futureMs) return 'schedule';
  // The first list has nothing to be a delta of: the second follows at once, so that the address of deltas leads somewhere.
  if (listedVersion === null || version > listedVersion || (deltaValidityMs !== null && deltaNumber === null)) return 'change';
  return null;
}

const futureMs = 5 * 60_000;
