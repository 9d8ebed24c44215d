import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { IssueAnswer } from '@sifaka/contracts';
import { Filing } from '../certificate/filing.js';
import { assertSameRequest, type RepeatedRequest, type RequestIdentity } from '../issuance/request-identity.js';
import { PendingReader } from './pending-reader.js';
import { PendingRepository } from './pending.repository.js';

/** Answers a request that came before as it was answered then, or as it would be answered now that more is known. */
@Injectable()
export class PendingAnswers {
  constructor(
    private readonly filing: Filing,
    private readonly pending: PendingRepository,
    private readonly reader: PendingReader,
  ) {}

  /**
   * Null for a new request.
   *
   * @throws AppError `conflict` for the key of another request, or of one that is still at work
   */
  async before(request: RequestIdentity | null, before: RepeatedRequest | null, signal: AbortSignal): Promise<IssueAnswer | null> {
    if (request === null || before === null) return null;
    if (before.kind === 'certificate') {
      const certificate = await this.filing.answeredBefore(request, before);
      return certificate === null ? null : { certificate };
    }
    if (!before.isForgotten) return this.ofFirst(request, signal);
    await this.pending.forgetRequest(before.id);
    return null;
  }

  /** What the first request with this key comes to, once its authority has answered; null when it came to nothing. */
  async ofFirst(request: RequestIdentity | null, signal: AbortSignal): Promise<IssueAnswer | null> {
    if (request === null) return null;
    const giveUpAt = Date.now() + patienceMs;
    for (;;) {
      const first = await this.pending.byRequestKey(request.key);
      if (first === null) return null;
      assertSameRequest(request, first);
      const answer = first.kind === 'certificate' ? { certificate: await this.filing.read(first.id) } : await this.answerOf(first.id);
      if (answer !== null) return answer;
      if (signal.aborted || Date.now() >= giveUpAt) throw atWork();
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }

  /** The certificate when it is there, else the record; null while the authority is still asked for the first time. */
  async answerOf(id: number): Promise<IssueAnswer | null> {
    const pending = await this.pending.find(id);
    if (pending === null || pending.state === 'asking' || pending.state === 'cancelled') return null;
    if (pending.resolvedCertificateId !== null) return { certificate: await this.filing.read(pending.resolvedCertificateId) };
    return { pending: await this.reader.record(id) };
  }
}

/** Shorter than callers of this service wait. */
const patienceMs = 20_000;
const lookMs = 100;

const atWork = (): AppError =>
  new AppError('conflict', 'the authority is still asked for the first request with this Idempotency-Key: ask again in a moment', { reason: 'idempotency.at_work', retryAfterMs: 2_000 });
