import type { RevocationCheckRecord } from '@sifaka/contracts';
import type { StateWords } from '../ui/badges.js';

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
