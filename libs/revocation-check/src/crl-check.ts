import { isAppError } from '@sifaka/kernel';
import { answersForAllReasons, crlOids, crlScopeFault, deltaFault, DerReader, distributionPointUrls, type CertificateFacts, type CrlEntry, type CrlFacts, type CrlIdentity } from '@sifaka/pki';
import { lostStep, refusedFor, type Obstacle, type RevocationStep } from './answer.js';
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
    try {
      const found = await this.extract(url, subject, terms);
      return found.kind === 'extract' ? await this.lookUp(url, found, subject, terms) : nothing(lostStep('crl', url, found));
    } catch (error) {
      // An entry is read when it is looked for.
      if (!isAppError(error)) throw error;
      return nothing(lostStep('crl', url, refusedFor(error.message)));
    }
  }

  private async lookUp(url: string, found: Extract, subject: OcspSubject, terms: HttpTerms): Promise<PointAnswer> {
    const fault = found.baseNumber === null ? crlScopeFault(found, subject.certificate)?.detail : 'what should be a full CRL is a delta';
    if (fault !== undefined) return nothing(stepOf(url, found, 'refused', fault));
    const { full, delta, steps } = await this.withDelta(url, found, subject, terms);
    const entry = listedIn(full, delta?.crl ?? null);
    const isGood = entry === null && answersForAllReasons(full);
    const outcome = entry !== null ? 'revoked' : isGood ? 'good' : 'unknown';
    const words = entry !== null ? `listed${entry.reason === null ? '' : ` (${entry.reason})`}` : isGood ? 'not listed' : 'not listed, but the CRL is limited to some reasons';
    const own = stepOf(url, full, outcome, `${words} among ${full.count}${found.isKept ? '; the CRL was at hand' : ''}`);
    const added = delta === null ? [] : [stepOf(delta.url, delta.crl, outcome, `the delta, ${delta.crl.count} entries, was added`)];
    return { steps: [own, ...steps, ...added], revoked: entry, isGood };
  }

  /** The newest delta that fits; a full list that was kept for too long for it is read anew. */
  private async withDelta(url: string, first: Extract, subject: OcspSubject, terms: HttpTerms): Promise<{ full: Extract; delta: { url: string; crl: Extract } | null; steps: RevocationStep[] }> {
    let full = first;
    const steps: RevocationStep[] = [];
    for (const deltaUrl of deltaUrls(full, subject.certificate).slice(0, this.addresses)) {
      const delta = await this.extract(deltaUrl, subject, terms);
      if (delta.kind !== 'extract') {
        steps.push(lostStep('crl', deltaUrl, delta));
        continue;
      }
      if (full.isKept && isAhead(full, delta)) full = (await this.again(url, subject, terms)) ?? { ...full, isKept: false };
      const fault = deltaFault(full, delta) ?? crlScopeFault(delta, subject.certificate);
      if (fault === null) return { full, delta: { url: deltaUrl, crl: delta }, steps };
      steps.push(stepOf(deltaUrl, delta, 'refused', fault.detail));
    }
    return { full, delta: null, steps };
  }

  private async again(url: string, subject: OcspSubject, terms: HttpTerms): Promise<Extract | null> {
    const again = await this.extract(url, subject, terms, { isFresh: true });
    return again.kind === 'extract' && crlScopeFault(again, subject.certificate) === null ? { ...again, isKept: false } : null;
  }

  private async extract(url: string, subject: OcspSubject, terms: HttpTerms, options?: { isFresh: boolean }): Promise<Extract | Obstacle> {
    const found = await this.store.get(url, subject.issuer, terms, options);
    return found.kind === 'crl' ? extractOf(found, subject) : found;
  }
}

/**
 * What a list says of one certificate, and what tells which deltas belong to it. A list of many megabytes is not held on to while another
 * one is waited for: so many checks at a time would be so many lists.
 */
interface Extract extends CrlIdentity, Pick<CrlFacts, 'thisUpdate' | 'nextUpdate' | 'freshestCrlUrls'> {
  readonly kind: 'extract';
  readonly isKept: boolean;
  readonly count: number;
  readonly entry: CrlEntry | null;
}

function extractOf({ crl, isKept }: FoundCrl, { certificate }: OcspSubject): Extract {
  const { number, baseNumber, scope, thisUpdate, nextUpdate, freshestCrlUrls, entries } = crl;
  return { kind: 'extract', isKept, number, baseNumber, scope, thisUpdate, nextUpdate, freshestCrlUrls, count: entries.count, entry: entries.find(certificate.serial) };
}

/** The entry that counts: what the delta says comes first, and `removeFromCRL` takes a certificate off the list. */
function listedIn(full: Extract, delta: Extract | null): CrlEntry | null {
  const entry = delta?.entry ?? full.entry;
  return entry === null || entry.reason === 'removeFromCRL' ? null : entry;
}

const isAhead = (full: CrlIdentity, delta: CrlIdentity): boolean => full.number !== null && delta.baseNumber !== null && full.number < delta.baseNumber;

const nothing = (step: RevocationStep): PointAnswer => ({ steps: [step], revoked: null, isGood: false });

function stepOf(url: string, { thisUpdate, nextUpdate }: Pick<CrlFacts, 'thisUpdate' | 'nextUpdate'>, outcome: RevocationStep['outcome'], detail: string): RevocationStep {
  return { method: 'crl', url, outcome, detail, thisUpdate, nextUpdate };
}

/** Where deltas are: the list says it, and the certificate may (RFC 5280 §4.2.1.15). */
function deltaUrls(full: Extract, certificate: CertificateFacts): string[] {
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
