import { AppError } from '@sifaka/kernel';
import type { CertificateFacts } from '../certificate/certificate-facts.js';
import type { GeneralName } from '../extension/extensions.js';
import { shown } from '../invalid.js';
import { nameText } from '../name/name-text.js';
import type { Name } from '../name/name.js';
import { assertWithinConstraints } from './name-constraints.js';

/** What is about to be issued. */
export interface IssuanceRequest {
  readonly subject: Name;
  readonly sans: readonly GeneralName[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Present for a CA certificate. */
  readonly ca?: { readonly pathLength?: number };
}

/**
 * Refuses what would not validate under `chain` (the issuing certificate first, then its issuers): not a CA, no keyCertSign,
 * path length used up, names against name constraints, or a validity outside the issuer's, compared as UTC dates
 * (`withinValidityOf` then trims the hours). Errors: `failed_precondition` with `reason` `policy.*` and the field.
 */
export function assertMayIssueUnder(chain: readonly CertificateFacts[], request: IssuanceRequest): void {
  const [issuer] = chain;
  if (issuer === undefined) throw refusal('issuer_missing', 'authority', 'there is no issuing certificate');
  assertIsIssuer(issuer);
  assertValidity(issuer, request);
  assertPathLength(chain, request);
  for (const authority of chain) assertWithinConstraints(authority, request);
}

/** The largest path length that a CA directly under `chain` may carry: `null` no limit, -1 none may be issued. */
export function pathLengthLeft(chain: readonly CertificateFacts[]): number | null {
  let left: number | null = null;
  let between = 0;
  for (const authority of chain) {
    if (authority.pathLength !== null) left = Math.min(left ?? Infinity, authority.pathLength - between - 1);
    // Self-issued certificates do not count (RFC 5280 §4.2.1.9).
    if (!authority.subjectDer.equals(authority.issuerDer)) between++;
  }
  return left === null ? null : Math.max(left, -1);
}

/** The validity with its ends moved inside the issuer's, for requests that pass its bounds by hours of the same day. */
export function withinValidityOf(issuer: CertificateFacts, notBefore: Date, notAfter: Date): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: notBefore < issuer.notBefore ? issuer.notBefore : notBefore,
    notAfter: notAfter > issuer.notAfter ? issuer.notAfter : notAfter,
  };
}

function assertIsIssuer(issuer: CertificateFacts): void {
  const who = shown(issuer.cn ?? nameText(issuer.subject));
  if (!issuer.isCa) throw refusal('issuer_not_ca', 'authority', `the certificate ${who} is not a certificate authority (basicConstraints)`);
  const { keyUsage } = issuer.extensions;
  if (keyUsage && !keyUsage.includes('keyCertSign')) {
    throw refusal('issuer_cannot_sign', 'authority', `the certificate ${who} may not sign certificates (keyUsage without keyCertSign)`);
  }
}

function assertValidity(issuer: CertificateFacts, { notBefore, notAfter }: IssuanceRequest): void {
  if (day(notBefore) < day(issuer.notBefore)) {
    throw refusal('outside_issuer_validity', 'validityStart', `${day(notBefore)} is before the authority's own start, ${day(issuer.notBefore)}`);
  }
  if (day(notAfter) > day(issuer.notAfter)) {
    throw refusal('outside_issuer_validity', 'validityEnd', `${day(notAfter)} is after the authority's own end, ${day(issuer.notAfter)}`);
  }
}

function assertPathLength(chain: readonly CertificateFacts[], { ca }: IssuanceRequest): void {
  const left = pathLengthLeft(chain);
  if (ca === undefined || left === null) return;
  const field = 'extensions.basicConstraints.path_length';
  if (left < 0) throw refusal('path_length', field, 'the path length of an authority above allows no further authority below this one');
  if (ca.pathLength !== undefined && ca.pathLength > left) {
    throw refusal('path_length', field, `${ca.pathLength} is more than the ${left} that the authorities above leave`);
  }
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

function refusal(reason: string, path: string, message: string): AppError {
  return new AppError('failed_precondition', `${path}: ${message}`, { reason: `policy.${reason}`, fields: [{ path, message }] });
}
