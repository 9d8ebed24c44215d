import { Inject, Injectable } from '@nestjs/common';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import { TxtRecordRepository } from './txt-record.repository.js';
import { TxtRecords } from './txt-records.js';

/** An authorization that was not answered two days after its record was written is history: nobody waits for the record. */
const forgottenMs = 48 * 3_600_000;
/** For whoever asks what was in DNS when. */
const keptMs = 7 * 24 * 3_600_000;
/** At a time; each waits for an interface of somebody else. */
const batchSize = 16;

/** Takes TXT records out of DNS that could not be removed when they were no longer needed, or that were forgotten in a crash. */
@Injectable()
export class CleanRecords {
  constructor(
    private readonly ledger: TxtRecordRepository,
    private readonly records: TxtRecords,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Job('clean-dns-records', { cron: '* * * * *', timeLimitMs: 300_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const forgotten = await this.ledger.releaseForgotten(forgottenMs);
    if (forgotten > 0) this.logger.warn({ forgotten }, 'TXT records were in DNS for two days and nobody removed them');
    // What fails is due later: each record is tried once.
    while (!signal.aborted) {
      const due = await this.ledger.due(batchSize);
      if (due.length === 0) break;
      await Promise.all(due.map((row) => this.records.take(row)));
    }
    await this.ledger.forgetRemoved(keptMs);
  }
}
