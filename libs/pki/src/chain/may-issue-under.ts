import type { CertificateFacts } from '../certificate/certificate-facts.js';
import type { GeneralName } from '../extension/extensions.js';
import type { Name } from '../name/name.js';

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
 * path length used up, outside the issuer's validity, names against name constraints.
 * Errors: `failed_precondition` with `reason` `policy.*`.
 */
export function assertMayIssueUnder(_chain: readonly CertificateFacts[], _request: IssuanceRequest): void {
  throw new Error('not built');
}

/** Path length that a CA under `parent` may carry at most: `null` no limit, -1 none may be issued. */
export function pathLengthLeft(_parent: CertificateFacts): number | null {
  throw new Error('not built');
}
