export interface CertificateNameInput {
  readonly cn: string | null;
  /** DNS and IP names in the order of the SAN. */
  readonly domains: readonly string[];
  /** From `issuerSlug`, or the authority's name for a pending certificate. */
  readonly issuer: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** `[SAN-]<subject>-<issuer>-<YYYYMMDD>-<YYYYMMDD>` as slug. Errors: `invalid_argument` without CN and domains. */
export function certificateName(_input: CertificateNameInput): string {
  throw new Error('not built');
}

/**
 * Name that is not among `takenNames` (those that start with `base`, in any case): `base`, then `base-HEX`, then `base-HEX-1`, …
 */
export function nextFreeName(_base: string, _serialHex: string, _takenNames: Iterable<string>): string {
  throw new Error('not built');
}
