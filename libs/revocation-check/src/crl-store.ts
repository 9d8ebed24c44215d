import { setImmediate } from 'node:timers/promises';
import { isAppError, type Clock } from '@sifaka/kernel';
import { crlFreshnessFault, parseCrlSteps, verifyCrlAside, type CertificateFacts, type CrlFacts, type CrlFault, type Steps } from '@sifaka/pki';
import { LRUCache } from 'lru-cache';
import { refusedFor, type Obstacle } from './answer.js';
import { askHttp, type HttpTerms } from './ask-http.js';
import type { CheckLimits } from './check-limits.js';
import { LongPlaces } from './long-places.js';
import { orGiveUp, within, withinOwnTime } from './within.js';

/** A list that holds: signed by the issuer, in force. Whoever keeps it beyond the present turn of the event loop keeps memory that nobody counts. */
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
  /** By the issuer whose key they are looked at with: checking the signature of a long list takes as long as reading it. */
  private readonly proofs = new WeakMap<CrlFacts, Map<string, Promise<CrlFault | null>>>();
  private readonly places: LongPlaces;
  private lastRead: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly clock: Clock,
    private readonly limits: CheckLimits,
  ) {
    this.kept = new LRUCache({ maxSize: limits.cacheBytes, sizeCalculation: weightOf });
    this.places = new LongPlaces(Math.max(1, Math.floor(limits.downloadBytes / limits.crlBytes)));
  }

  /** @param terms `signal` ends the wait, not the download: others may wait for the same; `isFresh` passes over what is at hand */
  async get(url: string, issuer: CertificateFacts, terms: HttpTerms, { isFresh = false } = {}): Promise<FoundCrl | Obstacle> {
    const known = isFresh ? undefined : this.kept.get(url);
    if (known && (await this.faultOf(known, issuer)) === null) return { kind: 'crl', crl: known, isKept: true };
    const subject = `${issuer.fingerprintSha256} ${url}`;
    const lost = terms.manners.recall(subject);
    if (lost !== null) return lost;
    const found = await this.fresh(url, issuer, terms);
    if (found.kind !== 'crl' && found.isOurs !== true && !terms.signal.aborted) terms.manners.remember(subject, found);
    return found;
  }

  private async fresh(url: string, issuer: CertificateFacts, terms: HttpTerms): Promise<FoundCrl | Obstacle> {
    const download = await orGiveUp(this.download(url, issuer, terms), terms.signal);
    if (download.kind !== 'crl') return download;
    const { crl } = download;
    const fault = await this.faultOf(crl, issuer);
    if (fault !== null) return fault;
    // Only what holds is kept: another answer may come next time.
    this.kept.set(url, crl);
    return { kind: 'crl', crl, isKept: false };
  }

  private async faultOf(crl: CrlFacts, issuer: CertificateFacts): Promise<Obstacle | null> {
    const fault = (await this.proof(crl, issuer)) ?? crlFreshnessFault(crl, this.clock.now());
    return fault === null ? null : refusedFor(fault.detail);
  }

  private proof(crl: CrlFacts, issuer: CertificateFacts): Promise<CrlFault | null> {
    const proofs = this.proofs.get(crl) ?? new Map<string, Promise<CrlFault | null>>();
    this.proofs.set(crl, proofs);
    const known = proofs.get(issuer.fingerprintSha256);
    if (known !== undefined) return known;
    const proof = this.oneByOne(() => verifyCrlAside(crl, issuer, { at: this.clock.now() }));
    proofs.set(issuer.fingerprintSha256, proof);
    return proof;
  }

  /** What takes a list's memory once more, or a core for some tenths of a second. */
  private oneByOne<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.lastRead.then(work);
    // Without what came of it: that would be held until the next one.
    this.lastRead = turn.then(nothing, nothing);
    return turn;
  }

  private download(url: string, issuer: CertificateFacts, terms: HttpTerms): Promise<Download> {
    const running = this.downloads.get(url);
    if (running) return running;
    const started = this.fetch(url, issuer, terms).finally(() => this.downloads.delete(url));
    this.downloads.set(url, started);
    return started;
  }

  /** A long list has its place until it is proven: then it is kept, or let go. */
  private async fetch(url: string, issuer: CertificateFacts, terms: HttpTerms): Promise<Download> {
    const { crlTimeoutMs, crlBytes, placeTimeoutMs } = this.limits;
    const taken: (() => void)[] = [];
    const takePlace = async (): Promise<void> => void taken.push(await within(placeTimeoutMs, undefined, (signal) => this.places.take(signal)));
    let length = 0;
    try {
      const answer = await withinOwnTime(crlTimeoutMs, (signal, apart) => {
        const onBytes = (count: number): Promise<void> | null => ((length += count) > shortBytes && taken.length === 0 ? apart(takePlace) : null);
        return askHttp({ url, accept: 'application/pkix-crl' }, { ...terms, signal, onBytes, maxBytes: crlBytes });
      });
      if (answer.kind !== 'answer') return answer;
      const download = await this.oneByOne(() => read(answer.bytes));
      if (download.kind === 'crl') await this.proof(download.crl, issuer);
      return download;
    } finally {
      for (const leave of taken) leave();
    }
  }
}

/** Needs no place: most lists are shorter, and a few dozen at once are a few megabytes. */
const shortBytes = 256 * 1024;

type Download = { readonly kind: 'crl'; readonly crl: CrlFacts } | Obstacle;

const nothing = (): void => undefined;

const weightOf = ({ der, entries }: CrlFacts): number => der.length + entries.indexBytes + 4_096;

const pemStart = Buffer.from('-----BEGIN ');

async function read(bytes: Buffer): Promise<Download> {
  try {
    // RFC 5280 §4.2.1.13 asks for DER; some publish the text form all the same, and what it says is signed.
    const isPem = bytes.subarray(0, 64).includes(pemStart);
    const crl = await inSteps(parseCrlSteps(isPem ? bytes.toString('latin1') : bytes));
    await inSteps(crl.entries.prepare());
    return { kind: 'crl', crl };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return refusedFor(error.message);
  }
}

/** Others have their turn between two steps. */
async function inSteps<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await setImmediate();
  }
}
