import { AppError, isAppError, type Clock } from '@sifaka/kernel';
import { crlFreshnessFault, parseCrl, verifyCrl, type CertificateFacts, type CrlFacts } from '@sifaka/pki';
import { LRUCache } from 'lru-cache';
import { failedFor, refusedFor, type Obstacle } from './answer.js';
import { askHttp, type HttpTerms } from './ask-http.js';
import type { CheckLimits } from './check-limits.js';
import { within } from './within.js';

/** A list that holds: signed by the issuer, in force. */
export interface FoundCrl {
  readonly kind: 'crl';
  readonly crl: CrlFacts;
  /** It was at hand from an earlier download. */
  readonly isKept: boolean;
}

/** Lists by their addresses, kept until the next is due; one download at a time for each address. */
export class CrlStore {
  private readonly kept: LRUCache<string, CrlFacts>;
  private readonly downloads = new Map<string, Promise<Download>>();
  /** Whose signature a list was seen to bear: checking a long one takes as long as reading it. */
  private readonly signers = new WeakMap<CrlFacts, Set<string>>();
  private bytesUnderWay = 0;

  constructor(
    private readonly clock: Clock,
    private readonly limits: CheckLimits,
  ) {
    this.kept = new LRUCache({ maxSize: limits.cacheBytes, sizeCalculation: weightOf });
  }

  /** @param terms `signal` ends the wait, not the download: others may wait for the same; `isFresh` passes over what is at hand */
  async get(url: string, issuer: CertificateFacts, terms: HttpTerms, { isFresh = false } = {}): Promise<FoundCrl | Obstacle> {
    const known = isFresh ? undefined : this.kept.get(url);
    if (known && this.holds(known, issuer) === null) return { kind: 'crl', crl: known, isKept: true };
    const subject = `${issuer.fingerprintSha256} ${url}`;
    const lost = terms.manners.recall(subject);
    if (lost !== null) return lost;
    const found = await this.fresh(url, issuer, terms);
    if (found.kind !== 'crl' && !terms.signal.aborted) terms.manners.remember(subject, found);
    return found;
  }

  private async fresh(url: string, issuer: CertificateFacts, terms: HttpTerms): Promise<FoundCrl | Obstacle> {
    const download = await orGiveUp(this.download(url, terms), terms.signal);
    if (download.kind !== 'crl') return download;
    const { crl } = download;
    const fault = this.holds(crl, issuer);
    if (fault !== null) return fault;
    // Only what holds is kept: another answer may come next time.
    this.kept.set(url, crl);
    return { kind: 'crl', crl, isKept: false };
  }

  private holds(crl: CrlFacts, issuer: CertificateFacts): Obstacle | null {
    const at = this.clock.now();
    const signers = this.signers.get(crl);
    const fault = signers?.has(issuer.fingerprintSha256) ? crlFreshnessFault(crl, at) : verifyCrl(crl, issuer, { at });
    if (fault !== null) return refusedFor(fault.detail);
    if (signers) signers.add(issuer.fingerprintSha256);
    else this.signers.set(crl, new Set([issuer.fingerprintSha256]));
    return null;
  }

  private download(url: string, terms: HttpTerms): Promise<Download> {
    const running = this.downloads.get(url);
    if (running) return running;
    const started = this.fetch(url, terms).finally(() => this.downloads.delete(url));
    this.downloads.set(url, started);
    return started;
  }

  private async fetch(url: string, terms: HttpTerms): Promise<Download> {
    let count = 0;
    const onBytes = (bytes: number): void => {
      count += bytes;
      this.bytesUnderWay += bytes;
      if (this.bytesUnderWay > this.limits.downloadBytes) throw new AppError('unavailable', 'too many long CRLs are read at once', { reason: 'revocation.busy' });
    };
    try {
      const { crlTimeoutMs, crlBytes } = this.limits;
      const answer = await within(crlTimeoutMs, undefined, (signal) => askHttp({ url, accept: 'application/pkix-crl' }, { ...terms, signal, onBytes, maxBytes: crlBytes }));
      return answer.kind === 'answer' ? read(answer.bytes) : answer;
    } finally {
      this.bytesUnderWay -= count;
    }
  }
}

type Download = { readonly kind: 'crl'; readonly crl: CrlFacts } | Obstacle;

/** The index takes 16 bytes for about 40. */
const weightOf = (crl: CrlFacts): number => Math.ceil(crl.der.length * 1.4) + 1_024;

const pemStart = Buffer.from('-----BEGIN ');

function read(bytes: Buffer): Download {
  try {
    // RFC 5280 §4.2.1.13 asks for DER; some publish the text form all the same, and what it says is signed.
    const isPem = bytes.subarray(0, 64).includes(pemStart);
    return { kind: 'crl', crl: parseCrl(isPem ? bytes.toString('latin1') : bytes) };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return refusedFor(error.message);
  }
}

function orGiveUp(download: Promise<Download>, signal: AbortSignal): Promise<Download> {
  const late = failedFor('no complete answer within the time limit');
  if (signal.aborted) return Promise.resolve(late);
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(late);
    signal.addEventListener('abort', giveUp, { once: true });
    download.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
