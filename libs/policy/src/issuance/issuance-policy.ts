import { chain } from '../chain.js';
import { authorityIsActive, validatesUnderAuthority } from './authority-rules.js';
import { customExtensionsAreOwn, isNoAuthorityInDisguise, keyUsageIsConsistent, requestIsReadable, speaksForNoAuthority } from './extension-rules.js';
import type { IssuanceInput } from './issuance-input.js';
import { hashIsKnown, keyTypeIsOffered, requestedKeyIsStrong, requestIsSignedByItsKey } from './key-rules.js';
import { namesAreWellFormed, namesItsSubject, requestHasOneCommonName, staysInItsDomains } from './name-rules.js';
import { sshHasNoSubAuthorities, sshIsForSshAuthorities, sshKeyIdIsLine, sshKeyIsKnown, sshKindIsChosen, sshNamesHosts, sshNamesUsers } from './ssh-rules.js';
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
  sshIsForSshAuthorities,
  validityIsPair,
  startsBeforeItEnds,
  validityCanBeEncoded,
  validityWithinAuthority,
  doesNotEndAtWeekend,
);

/** Asked last, by what the authority issues, of what the rules above let pass: they take a sane draft for granted. */
export const formatPolicies = {
  x509: chain<IssuanceInput>(validatesUnderAuthority),
  openssh: chain<IssuanceInput>(sshHasNoSubAuthorities, sshKindIsChosen, sshKeyIsKnown, sshNamesHosts, sshNamesUsers, sshKeyIdIsLine),
} as const;
