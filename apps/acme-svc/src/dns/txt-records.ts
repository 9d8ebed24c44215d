import { Inject, Injectable } from '@nestjs/common';
import { AppError, toAppError } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import type { DnsProvider } from '@sifaka/plugin-sdk';
import { LOGGER } from '@sifaka/runtime';
import { DnsPlugins } from './dns-plugins.js';
import { DnsProviderRepository } from './dns-provider.repository.js';
import { RecordLocks } from './record-locks.js';
import { withinTime } from './time-limit.js';
import { TxtRecordRepository, type TxtRecordRow } from './txt-record.repository.js';

/** Low, so that a value that came late is not hidden for long by the answer that it is not there. */
export const ttlSeconds = 60;

/** Writes and removes TXT records through the providers' plugins, on record. */
@Injectable()
export class TxtRecords {
  constructor(
    private readonly providers: DnsProviderRepository,
    private readonly records: TxtRecordRepository,
    private readonly plugins: DnsPlugins,
    private readonly locks: RecordLocks,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  publish({ challengeId, providerId, recordName, value }: { challengeId: number; providerId: number; recordName: string; value: string }): Promise<void> {
    return this.add({ holder: holderOf(challengeId), providerId, name: recordName, value });
  }

  async remove(challengeId: number): Promise<{ isRemoved: boolean }> {
    return { isRemoved: await this.release(holderOf(challengeId)) };
  }

  async add(record: { holder: string; providerId: number; name: string; value: string }): Promise<void> {
    const row = await this.records.announce(record);
    if (row === null) throw new AppError('failed_precondition', `DNS provider ${record.providerId} does not exist`, { reason: 'dns.provider_gone' });
    await this.locks.during(row, () => this.put(row));
  }

  /** @returns whether everything of the holder, at one provider or at all, is gone; what is not will be tried again */
  async release(holder: string, providerId: number | null = null): Promise<boolean> {
    const rows = await this.records.release(holder, providerId);
    return (await Promise.all(rows.map((row) => this.take(row)))).every(Boolean);
  }

  /** Takes one record out of DNS that is to go. Never throws for what the provider does. */
  take(row: TxtRecordRow): Promise<boolean> {
    return this.locks
      .during(row, async () => {
        const state = await this.records.stateOf(row.id);
        // Gone already, or needed again.
        if (state !== 'removing') return state === 'removed' || state === null;
        if (!(await this.records.isNeededElsewhere(row))) await this.delete(row);
        await this.records.removed(row.id);
        return true;
      })
      .catch((error: unknown) => this.postpone(row, error));
  }

  private async put(row: TxtRecordRow): Promise<void> {
    const state = await this.records.stateOf(row.id);
    if (state !== 'adding' && state !== 'present')
      throw new AppError('conflict', `the TXT record of ${row.name} was given up meanwhile`, { reason: 'dns.record_released' });
    try {
      const plugin = await this.pluginOf(row.provider_id);
      await this.write(plugin, row);
      await this.records.present(row.id);
    } catch (error) {
      await this.records.addFailed(row.id, toAppError(error).message);
      throw error;
    }
  }

  private async write(plugin: DnsProvider, row: TxtRecordRow): Promise<void> {
    const writing = plugin.addTxt({ name: row.name, value: row.value, ttlSeconds });
    let isLate = false;
    // A plugin that took too long goes on all the same, and by then the order may have been given up and its record removed.
    writing.then(() => (isLate ? this.undo(row) : undefined), ignore);
    try {
      await withinTime(writing, `writing the TXT record of ${row.name}`);
    } catch (error) {
      isLate = true;
      throw error;
    }
  }

  /** After a removal that is under way: what is written before it ends may be written after it looked. */
  private async undo(row: TxtRecordRow): Promise<void> {
    const facts = { record: row.name, providerId: row.provider_id };
    try {
      const isRemoved = await this.locks.during(row, () => this.records.reopen(row.id));
      if (!isRemoved) return;
      this.logger.warn(facts, 'a TXT record was written after it was removed: it is removed again');
      await this.take(row);
    } catch (error) {
      this.logger.error({ ...facts, err: error }, 'a TXT record was written late, and whether it is to go could not be found out');
    }
  }

  private async delete({ provider_id, name, value }: TxtRecordRow): Promise<void> {
    const plugin = await this.pluginOf(provider_id);
    await withinTime(plugin.removeTxt({ name, value, ttlSeconds }), `removing the TXT record of ${name}`);
  }

  private async pluginOf(providerId: number) {
    const provider = await this.providers.byId(providerId);
    if (provider === undefined) throw new AppError('failed_precondition', `DNS provider ${providerId} does not exist`, { reason: 'dns.provider_gone' });
    return this.plugins.of(provider);
  }

  private async postpone(row: TxtRecordRow, error: unknown): Promise<boolean> {
    const { message } = toAppError(error);
    const retryMs = pauseMs(row.attempts);
    this.logger.warn({ err: error, record: row.name, providerId: row.provider_id, attempts: row.attempts + 1, retryMs }, 'a TXT record could not be removed');
    await this.records.removalFailed(row.id, message, retryMs);
    return false;
  }
}

function ignore(): void {
  // Whoever waits for the write is told of its fault; nobody waits for a late one.
}

const holderOf = (challengeId: number): string => `challenge/${challengeId}`;

/** Half a minute, then twice as long each time, up to an hour: for ever, since a record that stays is a promise that is not kept. */
export const pauseMs = (attempts: number): number => Math.min(3_600_000, 30_000 * 2 ** Math.min(attempts, 10));
