import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { createDnsProvider, DnsProviderRecord, InputOf, Principal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { DnsPlugins } from './dns-plugins.js';
import { DnsProviderTrail } from './dns-provider-trail.js';
import { DnsProviderRepository } from './dns-provider.repository.js';
import { checkNameservers, nameTaken, writeFault } from './provider-faults.js';
import { ReadDnsProviders } from './read-dns-providers.js';
import { listZones } from './refresh-zones.js';

/** Keeps a DNS provider that was proven to work. */
@Injectable()
export class CreateDnsProvider {
  constructor(
    private readonly database: Database,
    private readonly providers: DnsProviderRepository,
    private readonly plugins: DnsPlugins,
    private readonly reader: ReadDnsProviders,
    private readonly trail: DnsProviderTrail,
  ) {}

  async run(input: InputOf<typeof createDnsProvider>, principal: Principal): Promise<DnsProviderRecord> {
    allow(principal, 'administer', { what: 'create DNS providers' });
    const { name, description, type, nameservers } = input;
    checkNameservers(nameservers);
    if ((await this.providers.resolve({ name })) !== null) throw nameTaken(name);
    this.plugins.assertOffered(type);
    const given = this.plugins.merged(input.type, input.options, []);
    const zones = await this.plugins.proven(type, given, listZones);
    const options = await this.plugins.stow(type, given, name);
    try {
      const id = await this.database.transaction(async (tx) => {
        const made = await this.providers.insert(tx, { name, description, type, options, nameservers });
        await this.providers.setZones(made, zones, tx);
        await this.trail.record(tx, principal, 'dns_provider.created', { id: made, name }, { type, zones: zones.length });
        return made;
      });
      return await this.reader.get(id);
    } catch (error) {
      await this.plugins.discard(options).catch(() => undefined);
      throw writeFault(error, name);
    }
  }
}
