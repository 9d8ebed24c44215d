import { AdcsApi, faultOf, found, isFinal, isForServers, Patience, readCertificate, type Ask } from '@sifaka/ca-clients';
import { isAppError } from '@sifaka/kernel';
import { parseCertificate, parsePkcs7, type CertificateFacts } from '@sifaka/pki';
import type { Finding, PluginContext, ScanRequest, Source } from '@sifaka/plugin-sdk';
import type { AdcsSourceOptions } from './options.js';

/** Request ids that are asked for at once. */
const together = 4;
/** Request ids between two checkpoints. */
const checkpointEvery = 20;

/** What is behind one request id: nothing, nothing for us, a certificate; or nobody knows. */
type Look = { kind: 'missing' } | { kind: 'passed' } | { kind: 'found'; finding: Finding } | { kind: 'failed'; error: unknown };

/** Every request id is asked for, from the first on: the web enrolment has no list. */
export class AdcsSource implements Source {
  private readonly api: AdcsApi;

  constructor(
    private readonly options: AdcsSourceOptions,
    private readonly context: PluginContext,
  ) {
    this.api = new AdcsApi(options, context);
  }

  async check(): Promise<void> {
    try {
      await this.api.open();
    } catch (error) {
      // Nobody needs the pages of enrolment to read: where they are hidden, a word about the first request will do.
      if (!isAppError(error) || error.code !== 'failed_precondition') throw error;
      const { status } = await this.api.retrieve(this.options.start);
      if (status === 'missing') throw error;
    }
  }

  /** Ids in groups; a group of which nothing could be heard ends the run. */
  async *scan({ resumeAfter, signal }: ScanRequest): AsyncGenerator<Finding> {
    const patience = new Patience();
    const look = this.looking((call) => patience.ask(call, signal));
    let { next, missing, hasAnswered } = positionOf(resumeAfter) ?? { next: this.options.start, missing: 0, hasAnswered: false };
    for (let looked = 0; next < this.stop && missing < this.options.max_missing; ) {
      signal.throwIfAborted();
      const ids = Array.from({ length: Math.min(together, this.stop - next) }, (_, index) => next + index);
      const looks = await Promise.all(ids.map(look));
      const [first] = looks;
      if (first?.kind === 'failed' && looks.every(({ kind }) => kind === 'failed')) throw first.error;
      for (const [index, each] of looks.entries()) {
        missing = each.kind === 'missing' ? missing + 1 : 0;
        hasAnswered ||= each.kind === 'found' || each.kind === 'passed';
        if (each.kind === 'found') yield each.finding;
        if (each.kind === 'failed') yield faultOf(nameOf(ids[index] ?? next), each.error);
      }
      next += ids.length;
      looked += ids.length;
      if (looked % checkpointEvery === 0) yield { kind: 'checkpoint', cursor: JSON.stringify([next, missing, hasAnswered]) };
    }
    if (next < this.stop) this.context.logger.info('the request ids end', { missing, before: next });
    // A server that has heard of no request may be none of AD CS.
    if (!hasAnswered) await patience.ask(() => this.check(), signal);
  }

  private get stop(): number {
    return this.options.stop ?? Number.MAX_SAFE_INTEGER;
  }

  private looking(ask: Ask): (id: number) => Promise<Look> {
    let chain: Promise<CertificateFacts[]> | undefined;
    return async (id) => {
      try {
        const answer = await ask(() => this.api.retrieve(id));
        if (answer.status !== 'issued') return { kind: answer.status === 'missing' ? 'missing' : 'passed' };
        const certificate = readCertificate(nameOf(id), answer.pem);
        if (!isForServers(certificate)) return { kind: 'passed' };
        chain ??= this.chain(ask);
        return { kind: 'found', finding: found(certificate, await chain, { externalId: String(id) }) };
      } catch (error) {
        if (isFinal(error)) throw error;
        // It was heard, and is no certificate.
        if (isAppError(error) && error.reason === 'source.unreadable') return { kind: 'found', finding: faultOf(nameOf(id), error) };
        return { kind: 'failed', error };
      }
    };
  }

  /** Not every account may see it, and certificates are as good without. */
  private async chain(ask: Ask): Promise<CertificateFacts[]> {
    try {
      return parsePkcs7(await ask(() => this.api.chain())).map((der) => parseCertificate(der));
    } catch (error) {
      if (isAppError(error) && error.code === 'rate_limited') throw error;
      this.context.logger.warn('AD CS does not tell its chain: certificates are found without one', { reason: isAppError(error) ? error.message : 'it cannot be read' });
      return [];
    }
  }
}

function positionOf(cursor: string | null): { next: number; missing: number; hasAnswered: boolean } | null {
  const [, next, missing, hasAnswered] = /^\[(\d+),(\d+),(true|false)\]$/.exec(cursor ?? '') ?? [];
  return next === undefined ? null : { next: Number(next), missing: Number(missing), hasAnswered: hasAnswered === 'true' };
}

const nameOf = (id: number): string => `request ${id}`;
