import { createHash } from 'node:crypto';
import type { answerOcsp, OutputOf } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { ocspErrorResponse, parseOcspRequest, serialHex } from '@sifaka/pki';
import { KeptAnswers, type KeptAnswer } from './kept-answers.js';
import type { RevocationListener, RevocationVersion, RevocationVersions } from './revocation-versions.js';

type Asked = OutputOf<typeof answerOcsp>;

export interface OcspAnswer {
  readonly response: Buffer;
  /** Null: not to be kept by anybody. */
  readonly kept: { readonly thisUpdate: Date; readonly expiresAt: Date; readonly etag: string } | null;
}

interface Kept extends KeptAnswer {
  readonly answer: OcspAnswer;
  readonly from: number;
  readonly expiresAt: number;
}

/** A question that is on its way. */
interface Question {
  readonly slug: string;
  readonly serials: readonly string[];
  /** Of the authority, as it was known when it was asked. */
  readonly version: bigint;
  readonly answer: Promise<OcspAnswer>;
}

/**
 * Signed answers, kept for as long as they hold and nothing was revoked or released of what they are about.
 *
 * Equal questions share one call, and there is an end to the calls at the same time: what strangers ask must not load the bus.
 */
export class OcspAnswers implements RevocationListener {
  private readonly kept = new KeptAnswers<Kept>(mostBytes);
  private readonly running = new Map<string, Question>();
  private atOnce = 0;

  constructor(
    private readonly versions: RevocationVersions,
    private readonly ask: (slug: string, request: Buffer) => Promise<Asked>,
    private readonly clock: Clock,
  ) {
    versions.tell(this);
  }

  /** Without a turn of the event loop for what is kept; undefined when it must be asked for. */
  known(slug: string, request: Buffer): OcspAnswer | undefined {
    const version = this.versions.known(slug);
    return version === undefined || version === null ? undefined : this.keptFor(keyOf(slug, request));
  }

  async of(slug: string, request: Buffer): Promise<OcspAnswer> {
    let version: RevocationVersion | null;
    try {
      version = await this.versions.of(slug);
    } catch {
      return refusals.tryLater;
    }
    // Whoever has no certificate of an authority here has nothing to ask.
    if (version === null) return refusals.unauthorized;
    const key = keyOf(slug, request);
    const known = this.keptFor(key) ?? this.running.get(key)?.answer;
    if (known !== undefined) return known;
    const serials = serialsIn(request);
    if (serials === null) return refusals.malformedRequest;
    if (this.atOnce >= mostAtOnce) return refusals.tryLater;
    return this.begin(key, { slug, request, serials, version: BigInt(version.version) });
  }

  /** To what holds no request. Null: there is no such authority. */
  async ofNoRequest(slug: string): Promise<OcspAnswer | null> {
    try {
      return (await this.versions.of(slug)) === null ? null : refusals.malformedRequest;
    } catch {
      return refusals.tryLater;
    }
  }

  authorities(): Iterable<string> {
    return this.kept.authorities();
  }

  /** What is on its way may have been asked for before the change: it goes to whoever waits for it, and to nobody after. */
  changed(slug: string, serials: readonly string[] | null): void {
    this.kept.drop(slug, serials);
    const those = serials === null ? null : new Set(serials);
    for (const [key, question] of this.running) {
      if (question.slug === slug && (those === null || question.serials.some((serial) => those.has(serial)))) this.running.delete(key);
    }
  }

  private keptFor(key: string): OcspAnswer | undefined {
    const kept = this.kept.get(key);
    if (kept === undefined) return undefined;
    const now = this.clock.now().getTime();
    // One from the future is left over by a clock that was ahead; clocks of services may differ a little.
    return kept.expiresAt > now && kept.from <= now + skewMs ? kept.answer : undefined;
  }

  private begin(key: string, { request, ...terms }: Omit<Question, 'answer'> & { request: Buffer }): Promise<OcspAnswer> {
    this.atOnce += 1;
    const question: Question = { ...terms, answer: this.asked(terms.slug, request, (answer, version) => this.keep(key, question, answer, version)) };
    this.running.set(key, question);
    return question.answer.finally(() => {
      this.atOnce -= 1;
      if (this.running.get(key) === question) this.running.delete(key);
    });
  }

  private async asked(slug: string, request: Buffer, keep: (answer: OcspAnswer, version: bigint) => void): Promise<OcspAnswer> {
    let asked: Asked;
    try {
      asked = await this.ask(slug, request);
    } catch {
      // The call is logged where it failed.
      return refusals.tryLater;
    }
    const response = Buffer.from(asked.response, 'base64');
    if (asked.expiresAt === null || asked.thisUpdate === null || asked.version === null) return { response, kept: null };
    const etag = `"${createHash('sha256').update(response).digest('base64url').slice(0, 27)}"`;
    const answer = { response, kept: { thisUpdate: new Date(asked.thisUpdate), expiresAt: new Date(asked.expiresAt), etag } };
    keep(answer, BigInt(asked.version));
    return answer;
  }

  /**
   * Unless a change was heard of meanwhile, or before: whatever the answer does not know then is heard of later, and drops it.
   *
   * @param version that the answer knows
   */
  private keep(key: string, question: Question, answer: OcspAnswer, version: bigint): void {
    if (answer.kept === null || version < question.version || this.running.get(key) !== question) return;
    const { slug, serials } = question;
    const { thisUpdate, expiresAt } = answer.kept;
    this.kept.keep(key, { slug, serials, sizeBytes: answer.response.length, answer, from: thisUpdate.getTime(), expiresAt: expiresAt.getTime() });
  }
}

const keyOf = (slug: string, request: Buffer): string => `${slug} ${request.toString('latin1')}`;

function serialsIn(request: Buffer): readonly string[] | null {
  try {
    return parseOcspRequest(request).certIds.map(({ serial }) => serialHex(serial));
  } catch {
    return null;
  }
}

const refusal = (status: 'unauthorized' | 'malformedRequest' | 'tryLater'): OcspAnswer => ({ response: ocspErrorResponse(status), kept: null });

export const refusals = { unauthorized: refusal('unauthorized'), malformedRequest: refusal('malformedRequest'), tryLater: refusal('tryLater') };

/** Some thirty thousand answers. */
const mostBytes = 64 * 1_024 * 1_024;
/** An answer that must be signed takes 5 ms: a hundred at a time are more than an issuer signs. */
const mostAtOnce = 100;
const skewMs = 60_000;
