import { isAppError } from '@sifaka/kernel';
import { answersForAllReasons, crlOids, crlScopeFault, deltaFault, DerReader, distributionPointUrls, revokedEntry, type CertificateFacts, type CrlEntry, type CrlFacts } from '@sifaka/pki';
import { lostStep, refusedFor, type RevocationStep } from './answer.js';
import type { HttpTerms } from './ask-http.js';
import type { CrlStore, FoundCrl } from './crl-store.js';
import type { OcspSubject } from './ocsp-client.js';

export interface PointAnswer {
  readonly steps: readonly RevocationStep[];
  /** Set when the point says that the certificate is revoked. */
  readonly revoked: CrlEntry | null;
  readonly isGood: boolean;
}

/** Looks a certificate up in the list of one distribution point, with the delta that belongs to it. */
export class CrlCheck {
  constructor(
    private readonly store: CrlStore,
    private readonly addresses: number,
  ) {}

  async point(url: string, subject: OcspSubject, terms: HttpTerms): Promise<PointAnswer> {
    const found = await this.store.get(url, subject.issuer, terms);
    if (found.kind !== 'crl') return nothing(lostStep('crl', url, found));
    try {
      return await this.lookUp(url, found, subject, terms);
    } catch (error) {
      // An entry is read when it is looked for.
      if (!isAppError(error)) throw error;
      return nothing(lostStep('crl', url, refusedFor(error.message)));
    }
  }

  private async lookUp(url: string, found: FoundCrl, subject: OcspSubject, terms: HttpTerms): Promise<PointAnswer> {
    const fault = found.crl.baseNumber === null ? crlScopeFault(found.crl, subject.certificate)?.detail : 'what should be a full CRL is a delta';
    if (fault !== undefined) return nothing(stepOf(url, found.crl, 'refused', fault));
    const { full, delta, steps } = await this.withDelta(url, found, subject, terms);
    const entry = revokedEntry(subject.certificate.serial, full, delta?.crl ?? null);
    const isGood = entry === null && answersForAllReasons(full);
    const outcome = entry !== null ? 'revoked' : isGood ? 'good' : 'unknown';
    const words = entry !== null ? `listed${entry.reason === null ? '' : ` (${entry.reason})`}` : isGood ? 'not listed' : 'not listed, but the CRL is limited to some reasons';
    const own = stepOf(url, full, outcome, `${words} among ${full.entries.count}${found.isKept ? '; the CRL was at hand' : ''}`);
    const added = delta === null ? [] : [stepOf(delta.url, delta.crl, outcome, `the delta, ${delta.crl.entries.count} entries, was added`)];
    return { steps: [own, ...steps, ...added], revoked: entry, isGood };
  }

  /** The newest delta that fits; a full list that was kept for too long for it is read anew. */
  private async withDelta(url: string, found: FoundCrl, subject: OcspSubject, terms: HttpTerms): Promise<{ full: CrlFacts; delta: { url: string; crl: CrlFacts } | null; steps: RevocationStep[] }> {
    let full = found.crl;
    let { isKept } = found;
    const steps: RevocationStep[] = [];
    for (const deltaUrl of deltaUrls(full, subject.certificate).slice(0, this.addresses)) {
      const delta = await this.store.get(deltaUrl, subject.issuer, terms);
      if (delta.kind !== 'crl') {
        steps.push(lostStep('crl', deltaUrl, delta));
        continue;
      }
      if (isKept && isAhead(full, delta.crl)) {
        const again = await this.store.get(url, subject.issuer, terms, { isFresh: true });
        if (again.kind === 'crl' && crlScopeFault(again.crl, subject.certificate) === null) full = again.crl;
        isKept = false;
      }
      const fault = deltaFault(full, delta.crl) ?? crlScopeFault(delta.crl, subject.certificate);
      if (fault === null) return { full, delta: { url: deltaUrl, crl: delta.crl }, steps };
      steps.push(stepOf(deltaUrl, delta.crl, 'refused', fault.detail));
    }
    return { full, delta: null, steps };
  }
}

const isAhead = (full: CrlFacts, delta: CrlFacts): boolean => full.number !== null && delta.baseNumber !== null && full.number < delta.baseNumber;

const nothing = (step: RevocationStep): PointAnswer => ({ steps: [step], revoked: null, isGood: false });

function stepOf(url: string, { thisUpdate, nextUpdate }: CrlFacts, outcome: RevocationStep['outcome'], detail: string): RevocationStep {
  return { method: 'crl', url, outcome, detail, thisUpdate, nextUpdate };
}

/** Where deltas are: the list says it, and the certificate may (RFC 5280 §4.2.1.15). */
function deltaUrls(full: CrlFacts, certificate: CertificateFacts): string[] {
  const own = certificate.extensions.custom?.find(({ oid }) => oid === crlOids.freshestCrl);
  return [...new Set([...full.freshestCrlUrls, ...(own === undefined ? [] : urlsOf(own.value))])];
}

function urlsOf(value: Uint8Array): string[] {
  try {
    return distributionPointUrls(DerReader.over(value));
  } catch {
    return [];
  }
}
