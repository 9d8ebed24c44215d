import { isAppError, type Clock } from '@sifaka/kernel';
import type { CertificateFacts } from '@sifaka/pki';
import { LRUCache } from 'lru-cache';
import { refusedFor, type Obstacle } from './answer.js';
import { askHttp, type HttpTerms } from './ask-http.js';
import type { CheckLimits } from './check-limits.js';
import { certificatesAt, issuerFault } from './issuer-certificates.js';
import { orGiveUp, within } from './within.js';

export interface FoundIssuer {
  readonly kind: 'issuer';
  readonly certificate: CertificateFacts;
}

interface Fetched {
  readonly kind: 'certificates';
  readonly certificates: readonly CertificateFacts[];
  readonly at: number;
}

/** Certificates of issuers by the addresses that certificates name (AIA caIssuers), kept for a day; one download at a time for each address. */
export class IssuerStore {
  private readonly kept: LRUCache<string, Fetched>;
  private readonly downloads = new Map<string, Promise<Fetched | Obstacle>>();

  constructor(
    private readonly clock: Clock,
    private readonly limits: CheckLimits,
  ) {
    this.kept = new LRUCache({ maxSize: limits.issuersBytes, sizeCalculation: ({ certificates }) => certificates.reduce((sum, { der }) => sum + 4 * der.length, 1_024) });
  }

  /** The issuer of a certificate, proven by its key. @param terms `signal` ends the wait, not the download */
  async find(certificate: CertificateFacts, terms: HttpTerms): Promise<FoundIssuer | Obstacle> {
    const faults: string[] = [];
    for (const url of new Set((certificate.extensions.authorityInfoAccess?.caIssuers ?? []).slice(0, this.limits.issuerAddresses))) {
      const found = await this.at(url, certificate, terms);
      if (found.kind === 'issuer') return found;
      faults.push(`${url.slice(0, shownChars)} ${found.detail}`);
    }
    return refusedFor(faults.length === 0 ? 'it names no address of it (caIssuers)' : faults.join('; '));
  }

  private async at(url: string, certificate: CertificateFacts, terms: HttpTerms): Promise<FoundIssuer | Obstacle> {
    const known = this.knownAt(url);
    const atHand = known === null ? null : choose(certificate, known.certificates);
    // An address may lead to a newer certificate by now, but is not asked for it again and again.
    if (known !== null && atHand !== null && (atHand.kind === 'issuer' || this.ageOf(known) < justReadMs)) return atHand;
    const lost = terms.manners.recall(subjectOf(url));
    if (lost !== null) return lost;
    const fetched = await orGiveUp(this.download(url, terms), terms.signal);
    if (fetched.kind === 'certificates') return choose(certificate, fetched.certificates);
    if (!terms.signal.aborted) terms.manners.remember(subjectOf(url), fetched);
    return fetched;
  }

  private knownAt(url: string): Fetched | null {
    const known = this.kept.get(url);
    return known !== undefined && this.ageOf(known) < this.limits.issuerAgeMs ? known : null;
  }

  /** Of a clock that was set back, too. */
  private ageOf({ at }: Fetched): number {
    return Math.abs(this.clock.now().getTime() - at);
  }

  private download(url: string, terms: HttpTerms): Promise<Fetched | Obstacle> {
    const running = this.downloads.get(url);
    if (running !== undefined) return running;
    const started = this.fetch(url, terms).finally(() => this.downloads.delete(url));
    this.downloads.set(url, started);
    return started;
  }

  private async fetch(url: string, terms: HttpTerms): Promise<Fetched | Obstacle> {
    const { issuerTimeoutMs, issuerBytes } = this.limits;
    const answer = await within(issuerTimeoutMs, undefined, (signal) => askHttp({ url, accept: 'application/pkix-cert, application/pkcs7-mime' }, { ...terms, signal, maxBytes: issuerBytes, hostFault: (to) => schemeFault(to) ?? terms.hostFault(to) }));
    if (answer.kind !== 'answer') return answer;
    try {
      const fetched: Fetched = { kind: 'certificates', certificates: certificatesAt(answer.bytes), at: this.clock.now().getTime() };
      this.kept.set(url, fetched);
      return fetched;
    } catch (error) {
      if (!isAppError(error)) throw error;
      return refusedFor(`holds no certificate: ${error.message}`);
    }
  }
}

const subjectOf = (url: string): string => `issuer ${url}`;

/** What verifies itself needs no TLS, and TLS would need a certificate that is verified first. */
const schemeFault = ({ protocol }: URL): string | null => (protocol === 'http:' ? null : `an issuer is fetched by http alone, not by ${protocol.replace(':', '')}`);

const justReadMs = 60_000;
const shownChars = 200;
const nothingThere = refusedFor('holds no certificate');

function choose(certificate: CertificateFacts, candidates: readonly CertificateFacts[]): FoundIssuer | Obstacle {
  let first: string | null = null;
  for (const candidate of candidates) {
    const fault = issuerFault(certificate, candidate);
    if (fault === null) return { kind: 'issuer', certificate: candidate };
    first ??= fault;
  }
  return first === null ? nothingThere : refusedFor(`was of no use: ${first}`);
}
