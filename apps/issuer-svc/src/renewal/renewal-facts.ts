import { placeOf, renewalWindow, type RenewalWindow, type RotationTerms } from '@sifaka/policy';

/** The rotation policy that counts for a certificate: its own, or `default`. */
export interface EffectivePolicy extends RotationTerms {
  readonly id: number | null;
  readonly version: number;
}

export interface NamedCertificate {
  readonly id: number;
  readonly name: string;
}

/** What is known of a certificate where its renewal is decided, without its bytes. */
export interface RenewalFacts {
  readonly id: number;
  readonly name: string;
  readonly commonName: string | null;
  readonly owner: string;
  readonly issuer: string;
  readonly notify: boolean;
  readonly rotation: boolean;
  readonly status: 'valid' | 'revoked' | 'unknown' | null;
  readonly revocationReason: string | null;
  readonly isDeleted: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly fingerprint: string;
  readonly authority: { readonly id: number; readonly name: string; readonly plugin: string } | null;
  readonly isAuthorityCertificate: boolean;
  readonly hasKey: boolean;
  readonly hasRequest: boolean;
  /** It took the place of another one by a renewal. */
  readonly isRenewal: boolean;
  readonly replacedBy: readonly NamedCertificate[];
  /** That which a renewal made in its place, linked to it or not. */
  readonly renewedBy: NamedCertificate | null;
  readonly policy: EffectivePolicy;
  /** RFC 9773; null: nothing was suggested. */
  readonly suggested: { readonly start: Date; readonly end: Date } | null;
}

/** How far the renewal of a certificate has come; a row of `certificate_renewal`. */
export interface StoredRenewal {
  readonly certificateId: number;
  readonly state: 'off' | 'waiting' | 'running' | 'pending' | 'renewed';
  readonly reason: string;
  readonly revision: number;
  readonly plannedRevision: number;
  readonly authorityId: number | null;
  readonly windowStart: Date | null;
  readonly plannedAt: Date | null;
  readonly lateAt: Date | null;
  readonly nextTryAt: Date | null;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly lastAttemptAt: Date | null;
  readonly claim: number;
  readonly trigger: 'schedule' | 'request';
  readonly requestKey: string | null;
  readonly pendingCertificateId: number | null;
  readonly successorId: number | null;
}

/** By its own policy and what its CA suggests. */
export function windowOf(facts: RenewalFacts): RenewalWindow {
  const { id, notBefore, notAfter, policy, isRenewal, suggested } = facts;
  return renewalWindow({ notBefore, notAfter, policy, isRenewal, suggested, place: placeOf(id) });
}

/** The certificate that stands in its place; null for none. */
export const successorOf = ({ replacedBy, renewedBy }: RenewalFacts): NamedCertificate | null => renewedBy ?? replacedBy[0] ?? null;
