import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { InputOf, Principal, updateDnsProvider } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import type { StoredOption } from '@sifaka/plugin-host';
import { DnsPlugins } from './dns-plugins.js';
import { DnsProviderTrail } from './dns-provider-trail.js';
import { DnsProviderRepository, type DnsProviderRow } from './dns-provider.repository.js';
import { checkNameservers, noSuchProvider, writeFault } from './provider-faults.js';
import { listZones } from './refresh-zones.js';

type Input = InputOf<typeof updateDnsProvider>;

/** Changes a DNS provider; new options only after they were proven to work. Its type stays: its records were written through it. */
@Injectable()
export class UpdateDnsProvider {
  constructor(
    private readonly database: Database,
    private readonly providers: DnsProviderRepository,
    private readonly plugins: DnsPlugins,
    private readonly trail: DnsProviderTrail,
  ) {}

  async run(input: Input, principal: Principal): Promise<void> {
    allow(principal, 'administer', { what: 'change DNS providers' });
    checkNameservers(input.nameservers);
    const before = await this.providers.byId(input.id);
    if (before === undefined) throw noSuchProvider(input.id);
    assertSameType(before, input);
    const { options, zones } = await this.optionsOf(input, before);
    try {
      await this.save(input, before, { options, zones }, principal);
    } catch (error) {
      await this.plugins.discard(options, before.options).catch(() => undefined);
      throw writeFault(error, input.name);
    }
    await this.plugins.discard(before.options, options).catch(() => undefined);
  }

  private async optionsOf({ options, name }: Input, before: DnsProviderRow): Promise<{ options: StoredOption[]; zones: string[] | null }> {
    if (options === null) return { options: before.options, zones: null };
    const given = this.plugins.merged(before.type, options, before.options);
    const zones = await this.plugins.proven(before.type, given, listZones);
    return { options: await this.plugins.stow(before.type, given, name), zones };
  }

  private save(input: Input, { version }: DnsProviderRow, { options, zones }: { options: StoredOption[]; zones: string[] | null }, principal: Principal): Promise<void> {
    const { id, name, description, nameservers } = input;
    return this.database.transaction(async (tx) => {
      const isChanged = await this.providers.update(tx, id, version, { name, description, options, nameservers });
      if (!isChanged) throw new AppError('conflict', `DNS provider ${id} was changed by somebody else meanwhile`, { reason: 'dns_provider.changed' });
      if (zones !== null) await this.providers.setZones(id, zones, tx);
      await this.trail.record(tx, principal, 'dns_provider.updated', { id, name }, { nameservers, areOptionsGiven: input.options !== null });
    });
  }
}

function assertSameType({ type, name }: DnsProviderRow, input: Input): void {
  if (input.type === null || input.type === type) return;
  const message = `DNS provider "${name}" is of type "${type}" and stays it: add another one for "${input.type}"`;
  throw new AppError('invalid_argument', message, { fields: [{ path: 'providerType.name', message }] });
}
