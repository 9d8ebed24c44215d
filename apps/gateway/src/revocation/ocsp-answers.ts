import { createHash } from 'node:crypto';
import type { answerOcsp, OutputOf } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { ocspErrorResponse, parseOcspRequest } from '@sifaka/pki';
import { LRUCache } from 'lru-cache';
import type { RevocationVersion, RevocationVersions } from './revocation-versions.js';

type Asked = OutputOf<typeof answerOcsp>;

export interface OcspAnswer {
  readonly response: Buffer;
  /** Null: not to be kept by anybody. */
  readonly kept: { readonly thisUpdate: Date; readonly expiresAt: Date; readonly etag: string } | null;
}

interface Kept {
  readonly answer: OcspAnswer;
  readonly version: bigint;
  readonly from: number;
  readonly expiresAt: number;
}

/**
 * Signed answers, kept for as long as they hold and their authority revoked nothing since.
 *
 * Equal questions share one call, and there is an end to the calls at the same time: what strangers ask must not load the bus.
 */
export class OcspAnswers {
  private readonly kept = new LRUCache<string, Kept>({ maxSize: mostBytes, maxEntrySize: mostBytes / 64, sizeCalculation: ({ answer }, key) => answer.response.length + key.length + 512 });
  private readonly running = new Map<string, Promise<OcspAnswer>>();

  constructor(
    private readonly versions: RevocationVersions,
    private readonly ask: (slug: string, request: Buffer) => Promise<Asked>,
    private readonly clock: Clock,
  ) {}

  /** Without a turn of the event loop for what is kept; undefined when it must be asked for. */
  known(slug: string, request: Buffer): OcspAnswer | undefined {
    const version = this.versions.known(slug);
    return version === undefined || version === null ? undefined : this.keptFor(version, keyOf(slug, request));
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
    const known = this.keptFor(version, key) ?? this.running.get(key);
    if (known !== undefined) return known;
    if (!isRequest(request)) return refusals.malformedRequest;
    if (this.running.size >= mostAtOnce) return refusals.tryLater;
    const asked = this.asked(slug, request, key).finally(() => this.running.delete(key));
    this.running.set(key, asked);
    return asked;
  }

  private keptFor(version: RevocationVersion, key: string): OcspAnswer | undefined {
    const kept = this.kept.get(key);
    if (kept === undefined) return undefined;
    const now = this.clock.now().getTime();
    // One from the future is left over by a clock that was ahead; clocks of services may differ a little.
    const isPresent = kept.expiresAt > now && kept.from <= now + skewMs;
    return isPresent && kept.version >= BigInt(version.version) ? kept.answer : undefined;
  }

  private async asked(slug: string, request: Buffer, key: string): Promise<OcspAnswer> {
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
    const expiresAt = new Date(asked.expiresAt);
    const thisUpdate = new Date(asked.thisUpdate);
    const answer = { response, kept: { thisUpdate, expiresAt, etag } };
    this.kept.set(key, { answer, version: BigInt(asked.version), from: thisUpdate.getTime(), expiresAt: expiresAt.getTime() });
    return answer;
  }
}

const keyOf = (slug: string, request: Buffer): string => `${slug} ${request.toString('latin1')}`;

function isRequest(bytes: Buffer): boolean {
  try {
    parseOcspRequest(bytes);
    return true;
  } catch {
    return false;
  }
}

const refusal = (status: 'unauthorized' | 'malformedRequest' | 'tryLater'): OcspAnswer => ({ response: ocspErrorResponse(status), kept: null });

export const refusals = { unauthorized: refusal('unauthorized'), malformedRequest: refusal('malformedRequest'), tryLater: refusal('tryLater') };

/** Thirty thousand answers. */
const mostBytes = 64 * 1_024 * 1_024;
/** An answer that must be signed takes 5 ms: a hundred at a time are more than an issuer signs. */
const mostAtOnce = 100;
const skewMs = 60_000;
