/** How much a check may cost, whoever is asked. */
export interface CheckLimits {
  /** One OCSP responder, all redirects and attempts included. */
  readonly ocspTimeoutMs: number;
  /** One list, redirects and body included. */
  readonly crlTimeoutMs: number;
  /** One OCSP answer. */
  readonly ocspBytes: number;
  /** One list; what is longer is cut off. */
  readonly crlBytes: number;
  /** All lists that are kept together, with their indexes. */
  readonly cacheBytes: number;
  /** All lists that are on their way together. */
  readonly downloadBytes: number;
  readonly redirects: number;
  /** Addresses of one kind in one certificate that are asked. */
  readonly addresses: number;
}

const mib = 1024 * 1024;

export const defaultLimits: CheckLimits = {
  ocspTimeoutMs: 6_000,
  crlTimeoutMs: 20_000,
  ocspBytes: 64 * 1024,
  crlBytes: 16 * mib,
  cacheBytes: 48 * mib,
  downloadBytes: 48 * mib,
  redirects: 3,
  addresses: 5,
};
