import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { deleteDnsProvider, InputOf, Principal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { DnsPlugins } from './dns-plugins.js';
import { DnsProviderTrail } from './dns-provider-trail.js';
import { DnsProviderRepository, type DnsProviderRow } from './dns-provider.repository.js';
import { withinTime } from './time-limit.js';
import { TxtRecordRepository, type TxtRecordRow } from './txt-record.repository.js';
import { TxtRecords } from './txt-records.js';

/** Within the time that the caller waits. */
const cleaningLimitMs = 20_000;

/** Deletes a DNS provider with nothing left behind in DNS: without it nobody could remove its records any more. */
@Injectable()
export class DeleteDnsProvider {
  constructor(
    private readonly database: Database,
    private readonly providers: DnsProviderRepository,
    private readonly ledger: TxtRecordRepository,
    private readonly records: TxtRecords,
    private readonly plugins: DnsPlugins,
    private readonly trail: DnsProviderTrail,
  ) {}

  /** One that is not there counts as deleted, as for Lemur's clients. */
  async run({ id, isForced }: InputOf<typeof deleteDnsProvider>, principal: Principal): Promise<{ isDeleted: boolean }> {
    allow(principal, 'administer', { what: 'delete DNS providers' });
    if ((await this.providers.byId(id)) === undefined) return { isDeleted: false };
    await this.clean(id, isForced);
    const deleted = await this.database.transaction(async (tx) => {
      const provider = await this.providers.lock(tx, id);
      if (provider === undefined) return undefined;
      const left = await this.ledger.openOf(id, tx);
      if (left.length > 0 && !isForced) throw openRecords(provider, left);
      await this.providers.delete(tx, id);
      const abandonedRecords = left.slice(0, 100).map(({ name, value }) => `${name} ${value}`);
      await this.trail.record(tx, principal, 'dns_provider.deleted', provider, { type: provider.type, ...(left.length > 0 && { abandonedRecords }) });
      return provider;
    });
    // What cannot be deleted now is found by nobody: references to it are gone.
    if (deleted !== undefined) await this.plugins.discard(deleted.options).catch(() => undefined);
    return { isDeleted: deleted !== undefined };
  }

  /** Leftovers go now; what orders still wait for only when the administrator insists. */
  private async clean(id: number, isForced: boolean): Promise<void> {
    const open = await this.ledger.openOf(id);
    const holders = new Set(open.filter(({ state }) => isForced || state === 'removing').map(({ holder }) => holder));
    const cleaning = Promise.all([...holders].slice(0, maxHolders).map((holder) => this.records.release(holder, id)));
    // What takes longer is refused, or let go, below.
    await withinTime(cleaning, 'removing what is left of its records', cleaningLimitMs).catch(() => undefined);
  }
}

const maxHolders = 200;

function openRecords({ name }: DnsProviderRow, left: readonly TxtRecordRow[]): AppError {
  const waiting = left.filter(({ state }) => state !== 'removing').length;
  const names = [...new Set(left.map((record) => record.name))].slice(0, 5).join(', ');
  const why = waiting > 0 ? `orders wait for ${waiting} of them: let these end, or cancel them` : 'they could not be removed: `lastError` of the provider and the log say why';
  return new AppError('conflict', `DNS provider "${name}" has ${left.length} challenge records in DNS (${names}); ${why}. With force=true they are let go.`, {
    reason: 'dns_provider.open_records',
  });
}
