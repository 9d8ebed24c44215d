/** How much a check may cost, whoever is asked. */
export interface CheckLimits {
  /** One OCSP responder, all redirects and attempts included. */
  readonly ocspTimeoutMs: number;
  /** One list, redirects and body included. */
  readonly crlTimeoutMs: number;
  /** For the turn of a long list, see `downloadBytes`. */
  readonly placeTimeoutMs: number;
  /** One OCSP answer. */
  readonly ocspBytes: number;
  /** One list; what is longer is cut off. */
  readonly crlBytes: number;
  /** All lists that are kept together, with their indexes. */
  readonly cacheBytes: number;
  /** All long lists that are on their way together: so many places as there are lists of full length in it. Others wait for their turn. */
  readonly downloadBytes: number;
  /** One address of the issuer's certificate, redirects included. */
  readonly issuerTimeoutMs: number;
  readonly issuerBytes: number;
  /** Certificates of issuers that are kept together. */
  readonly issuersBytes: number;
  /** Then they are fetched anew. */
  readonly issuerAgeMs: number;
  /** Addresses of the issuer's certificate that are asked. */
  readonly issuerAddresses: number;
  readonly redirects: number;
  /** Addresses of one kind in one certificate that are asked. */
  readonly addresses: number;
}

const mib = 1024 * 1024;

export const defaultLimits: CheckLimits = {
  ocspTimeoutMs: 6_000,
  crlTimeoutMs: 20_000,
  placeTimeoutMs: 10_000,
  ocspBytes: 64 * 1024,
  crlBytes: 16 * mib,
  cacheBytes: 48 * mib,
  downloadBytes: 48 * mib,
  issuerTimeoutMs: 6_000,
  issuerBytes: 64 * 1024,
  issuersBytes: 4 * mib,
  issuerAgeMs: 86_400_000,
  issuerAddresses: 2,
  redirects: 3,
  addresses: 5,
};
