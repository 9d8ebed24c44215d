import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { Envelope } from '../envelope/envelope.js';
import { Keyring } from './keyring.js';
import { sealedTables, type SealedTable } from './master-key.repository.js';
import { RekeyRepository } from './rekey.repository.js';
import { RetireMasterKey } from './retire-master-key.js';

/**
 * Moves every row to the writing master key, while the vault works, and retires the keys that no row needs any more: those can
 * then be taken out of the configuration. Contents stay as they are; their data keys are wrapped anew.
 */
@Injectable()
export class Rekey {
  constructor(
    private readonly keyring: Keyring,
    private readonly envelope: Envelope,
    private readonly rows: RekeyRepository,
    private readonly masterKeys: RetireMasterKey,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Job('rekey', { cron: '17 3 * * *', timeLimitMs: 4 * 60 * 60_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const { fingerprint } = this.keyring.writing;
    const old = await this.masterKeys.others(fingerprint);
    if (old.length === 0) return;
    const runId = await this.rows.begin(fingerprint, this.clock.now());
    let rewrapped = 0;
    for (const table of sealedTables) {
      for await (const count of this.rewrapAll(table, signal)) {
        rewrapped += count;
        await this.rows.progress(runId, rewrapped);
        this.logger.info({ rewrapped, table }, 'rows moved to the writing master key');
      }
    }
    const retired: string[] = [];
    for (const key of old) if (await this.masterKeys.run(key)) retired.push(key);
    await this.rows.finish(runId, retired, this.clock.now());
    this.logger.info({ rewrapped, retired }, 'every row is under the writing master key');
  }

  /** Yields the number of rows of each batch. */
  private async *rewrapAll(table: SealedTable, signal: AbortSignal): AsyncGenerator<number> {
    const { fingerprint } = this.keyring.writing;
    let after = { owner: '', sequence: 0 };
    for (;;) {
      signal.throwIfAborted();
      const batch = await this.rows.next(table, fingerprint, after, rowsPerBatch);
      const last = batch.at(-1);
      if (last === undefined) return;
      yield await this.rows.replace(
        table,
        batch.map((old) => ({ old, rewrapped: this.envelope.rewrap(old, { table, id: old.id, owner: old.owner, purpose: old.purpose }) })),
      );
      after = last;
    }
  }
}

// 12 µs of encryption a row: three milliseconds of the event loop at a time.
const rowsPerBatch = 250;
