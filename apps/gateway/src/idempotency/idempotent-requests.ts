import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, newId, type Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import { tokenSecretsOf, type GatewayConfig } from '../gateway.config.js';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { IdempotencyRepository, type RequestId } from './idempotency.repository.js';

/** How long a first answer is kept. */
const retentionMs = 24 * 3_600_000;
/** Longer than the slowest creation may take: an attempt that is older died. */
const attemptMs = 60_000;
/** How long a repeated request waits for the first to be answered. */
const patienceMs = 10_000;
const pollMs = 100;

/** Runs what a request asks for once, however often it is sent with the same `Idempotency-Key`. */
@Injectable()
export class IdempotentRequests {
  private readonly hashKeys: readonly Buffer[];

  constructor(
    private readonly repository: IdempotencyRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: GatewayConfig,
  ) {
    this.hashKeys = tokenSecretsOf(config).map((secret) => createHmac('sha256', secret).update('sifaka idempotency').digest());
  }

  /**
   * The answer of `work`, or that of the first request with this key. The answer must be JSON and hold no secret. A failure
   * is not remembered: the next request tries again.
   *
   * @throws AppError conflict for the key of another request, or of one that is still at work.
   */
  async run<T>(call: HttpCall, content: unknown, work: () => Promise<T>): Promise<T>;
  async run(call: HttpCall, content: unknown, work: () => Promise<unknown>): Promise<unknown> {
    if (call.idempotencyKey === null) return work();
    const request = { userId: callerOf(call).userId, operation: call.operation.id, key: call.idempotencyKey };
    const hashes = this.hashes(content);
    const giveUpAt = Date.now() + patienceMs;
    for (;;) {
      const attemptId = newId();
      if (await this.take(request, attemptId, hashes)) return this.attempt(request, attemptId, work);
      const stored = await this.repository.find(request);
      if (stored !== null && !hashes.includes(stored.requestHash)) throw otherRequest();
      if (stored?.isAnswered === true) return stored.answer;
      if (Date.now() >= giveUpAt) throw stillAtWork();
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  @Job('prune-idempotency-keys', { cron: '23 * * * *', timeLimitMs: 300_000 })
  async prune(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const limitAt = new Date(this.clock.now().getTime() - retentionMs);
    while (!signal.aborted && (await this.repository.prune(limitAt)) > 0);
  }

  private take(request: RequestId, id: string, hashes: readonly string[]): Promise<boolean> {
    const at = this.clock.now();
    const deadBefore = new Date(at.getTime() - attemptMs);
    const forgottenBefore = new Date(at.getTime() - retentionMs);
    return this.repository.take(request, { id, hashes, at, deadBefore, forgottenBefore });
  }

  private async attempt(request: RequestId, attemptId: string, work: () => Promise<unknown>): Promise<unknown> {
    let answer: unknown;
    try {
      answer = await work();
    } catch (error) {
      await this.repository.forget(attemptId, request).catch(() => undefined);
      throw error;
    }
    // What only promises a certificate is no last word: who asks again is told what became of it, by the service that knows.
    if (isPromise(answer)) await this.repository.forget(attemptId, request);
    else await this.repository.answer(attemptId, request, answer, this.clock.now());
    return answer;
  }

  /** One per token secret, so that a request is still known after a rotation; the first is stored. */
  private hashes(content: unknown): string[] {
    const text = JSON.stringify([content]);
    return this.hashKeys.map((key) => createHmac('sha256', key).update(text).digest('hex'));
  }
}

const isPromise = (answer: unknown): boolean => typeof answer === 'object' && answer !== null && 'resolved' in answer && answer.resolved === false;

function otherRequest(): AppError {
  return new AppError('conflict', 'this Idempotency-Key was sent with another request before: use a new key for a new request', {
    reason: 'idempotency.other_request',
  });
}

function stillAtWork(): AppError {
  return new AppError('conflict', 'the first request with this Idempotency-Key is still at work: ask again in a moment', {
    reason: 'idempotency.at_work',
    retryAfterMs: 2_000,
  });
}
