import type { CertificateView, RevocationCheckRecord } from '@sifaka/contracts';
import type { StateWords } from '../ui/badges.js';

type Revocable = Pick<CertificateView, 'status' | 'revocation'>;

/** Whether it is revoked for the time being only: it may be released, what is revoked for good may not. */
export const isHeld = ({ revocation }: Pick<CertificateView, 'revocation'>): boolean => revocation?.state === 'held';

export function revocationWords({ status, revocation }: Revocable): StateWords {
  if (isHeld({ revocation })) return { word: 'on hold', color: 'orange' };
  if (status === 'revoked') return { word: 'revoked', color: 'red' };
  return status === 'unknown' ? { word: 'unknown', color: 'orange' } : { word: 'not revoked', color: 'teal' };
}

/** Reasons of revocation (RFC 5280 section 5.3.1) in words. */
export const reasonLabels: Readonly<Record<string, string>> = {
  unspecified: 'No reason given',
  keyCompromise: 'The key is known to others',
  cACompromise: 'The key of the authority is known to others',
  affiliationChanged: 'The organization has changed',
  superseded: 'Replaced by another certificate',
  cessationOfOperation: 'No longer in use',
  certificateHold: 'On hold',
  removeFromCRL: 'Released',
  privilegeWithdrawn: 'The right to it was withdrawn',
  aACompromise: 'The attribute authority is compromised',
};

export const checkWords: Readonly<Record<RevocationCheckRecord['status'], StateWords>> = {
  good: { word: 'not revoked', color: 'teal' },
  revoked: { word: 'revoked', color: 'red' },
  unknown: { word: 'unknown', color: 'orange' },
};

export const saidByWords: Readonly<Record<NonNullable<RevocationCheckRecord['saidBy']>, string>> = {
  ocsp: 'the OCSP responder of its authority',
  crl: 'a revocation list of its authority',
  inventory: 'this platform, which signs the lists of its authority',
};

export const stepWords: Readonly<Record<RevocationCheckRecord['steps'][number]['outcome'], StateWords>> = {
  good: { word: 'good', color: 'teal' },
  revoked: { word: 'revoked', color: 'red' },
  unknown: { word: 'unknown', color: 'orange' },
  refused: { word: 'not believed', color: 'red' },
  failed: { word: 'no answer', color: 'orange' },
};
