import { chain } from '../chain.js';
import { authorityIsActive, validatesUnderAuthority } from './authority-rules.js';
import { customExtensionsAreOwn, isNoAuthorityInDisguise, keyUsageIsConsistent, requestIsReadable, speaksForNoAuthority } from './extension-rules.js';
import type { IssuanceInput } from './issuance-input.js';
import { hashIsKnown, keyTypeIsOffered, requestedKeyIsStrong, requestIsSignedByItsKey } from './key-rules.js';
import { namesAreWellFormed, namesItsSubject, requestHasOneCommonName, staysInItsDomains } from './name-rules.js';
import { doesNotEndAtWeekend, startsBeforeItEnds, validityCanBeEncoded, validityIsPair, validityWithinAuthority } from './validity.js';

/** May this be issued: the same for every door, certificates and authorities, with a signing request or without. */
export const issuancePolicy = chain<IssuanceInput>(
  authorityIsActive,
  requestIsReadable,
  requestIsSignedByItsKey,
  requestedKeyIsStrong,
  keyTypeIsOffered,
  hashIsKnown,
  namesItsSubject,
  requestHasOneCommonName,
  namesAreWellFormed,
  staysInItsDomains,
  isNoAuthorityInDisguise,
  speaksForNoAuthority,
  keyUsageIsConsistent,
  customExtensionsAreOwn,
  validityIsPair,
  startsBeforeItEnds,
  validityCanBeEncoded,
  validityWithinAuthority,
  doesNotEndAtWeekend,
);

/** Asked last, of what the rules above let pass: it takes a sane draft for granted. */
export const chainPolicy = chain<IssuanceInput>(validatesUnderAuthority);
