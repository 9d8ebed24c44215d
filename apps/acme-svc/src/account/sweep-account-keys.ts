import { Injectable } from '@nestjs/common';
import { Job } from '@sifaka/messaging';
import { AccountKeys } from './account-keys.js';
import { AccountRepository } from './account.repository.js';

/** A key is made moments before its row is written: one that is a day old and has none was left by a stop in between. */
const olderThanMs = 86_400_000;
const batch = 500;

/** Deletes keys in the key vault that no account refers to. */
@Injectable()
export class SweepAccountKeys {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly keys: AccountKeys,
  ) {}

  @Job('sweep-account-keys', { cron: '41 4 * * *', timeLimitMs: 300_000 })
  async run(): Promise<void> {
    for (let after = 0; ; ) {
      const found = await this.keys.list(after, olderThanMs, batch);
      const ids = found.filter(({ purpose }) => purpose === 'account').map(({ keyId }) => keyId);
      await this.keys.delete(await this.accounts.unused(ids));
      const last = found.at(-1);
      if (last === undefined || found.length < batch) return;
      after = last.sequence;
    }
  }
}
