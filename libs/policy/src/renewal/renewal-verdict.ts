/** What decides whether a certificate is renewed at all. */
export interface RenewalCandidate {
  readonly rotation: boolean;
  readonly status: 'valid' | 'revoked' | 'unknown' | null;
  readonly isOnHold: boolean;
  readonly isDeleted: boolean;
  /** Name of the certificate that took its place. */
  readonly replacedBy: string | null;
  /** It is the certificate of an authority itself. */
  readonly isAuthorityCertificate: boolean;
  readonly authorityName: string | null;
  readonly hasKey: boolean;
  /** It was made for a certificate signing request that came from outside. */
  readonly hasForeignRequest: boolean;
  /** What the installation leaves out of its renewals. */
  readonly isFiltered: boolean;
}

export type RenewalVerdict = { readonly isWanted: true } | { readonly isWanted: false; readonly isReplaced: boolean; readonly reason: string };

/** Why it is not renewed, the weightiest reason first. */
export function renewalVerdict(candidate: RenewalCandidate): RenewalVerdict {
  if (candidate.replacedBy !== null) return { isWanted: false, isReplaced: true, reason: `"${candidate.replacedBy}" took its place` };
  const obstacle = reissueObstacle(candidate) ?? (candidate.rotation ? null : 'rotation is off') ?? (candidate.isFiltered ? 'the filter of renewals (reissueFilter) leaves it out' : null);
  return obstacle === null ? { isWanted: true } : { isWanted: false, isReplaced: false, reason: obstacle };
}

/** Why nobody can reissue it here, whoever asks; null: it can be done. */
export function impossibleReissue({ isAuthorityCertificate, authorityName, hasKey, hasForeignRequest }: RenewalCandidate): string | null {
  if (isAuthorityCertificate) return 'it is the certificate of an authority, which is not renewed like others: create the next authority in time';
  if (authorityName === null) return 'no authority of this installation issued it: it has to be renewed where it came from';
  if (!hasKey && hasForeignRequest) return 'its private key is elsewhere, with whoever made its certificate signing request: a renewal has to begin there, with a new request';
  return null;
}

function reissueObstacle(candidate: RenewalCandidate): string | null {
  if (candidate.isDeleted) return 'it is deleted';
  if (candidate.isOnHold) return 'it is on hold: it is renewed once the hold is removed';
  if (candidate.status === 'revoked') return 'it is revoked';
  return impossibleReissue(candidate);
}
