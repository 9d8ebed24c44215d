import { Inject, Injectable } from '@nestjs/common';
import { toAppError, type Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { AcmeConnections } from '../protocol/acme-connection.js';
import { afterFailedCheck, untilNextCheck } from './next-check.js';
import { RenewalWindowRepository, type DueWindow } from './renewal-window.repository.js';

/** Asks CAs when they would like their certificates to be renewed (RFC 9773 section 4). */
@Injectable()
export class PollRenewalWindows {
  constructor(
    private readonly connections: AcmeConnections,
    private readonly windows: RenewalWindowRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Job('poll-renewal-windows', { cron: '*/10 * * * *', timeLimitMs: 540_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    await this.windows.forget(new Date(this.clock.now().getTime() - keptMs));
    const startedAt = performance.now();
    for (;;) {
      const due = await this.windows.due(batchSize);
      const isLast = due.length < batchSize;
      const isTired = () => signal.aborted || performance.now() - startedAt > longestRunMs;
      const next = async () => {
        for (let window = due.shift(); window !== undefined && !isTired(); window = due.shift()) await this.check(window);
      };
      await Promise.all(Array.from({ length: lanes }, next));
      if (!isTired()) {
        if (isLast) return;
        continue;
      }
      if (due.length > 0 || !isLast) this.logger.warn({ lanes }, 'more certificates are due for a question about their renewal than could be asked about in ten minutes');
      return;
    }
  }

  private async check(window: DueWindow): Promise<void> {
    try {
      const connection = await this.connections.of(window.authority);
      const answer = await connection.renewalInfo(window.certificateId);
      // A CA without renewal information may get it one day.
      if (answer === null) await this.windows.postpone(window, this.later(untilNextCheck(Infinity)), 0);
      else await this.windows.keep(window, answer, this.later(untilNextCheck(answer.retryAfterMs)));
    } catch (error) {
      const { code, message, retryAfterMs } = toAppError(error);
      this.logger.info({ authority: window.authority, code, detail: message }, 'a CA did not say when a certificate should be renewed');
      const failures = window.failures + 1;
      await this.windows.postpone(window, this.later(afterFailedCheck(failures, retryAfterMs ?? null, Math.random())), failures);
    }
  }

  private later(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }
}

const batchSize = 500;
/** Before the next run is due, and before this one is cut off. */
const longestRunMs = 480_000;
const lanes = 4;
/** Their windows can still be read for a while after they expired. */
const keptMs = 7 * 86_400_000;
