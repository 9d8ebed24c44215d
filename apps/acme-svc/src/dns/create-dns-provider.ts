import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { createDnsProvider, DnsProviderRecord, InputOf, Principal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { DnsProviderTrail } from './dns-provider-trail.js';
import { DnsProviderRepository } from './dns-provider.repository.js';
import { DnsSecrets } from './dns-secrets.js';
import { checkNameservers, nameTaken, writeFault } from './provider-faults.js';
import { ProveDnsProvider } from './prove-dns-provider.js';
import { ReadDnsProviders } from './read-dns-providers.js';

/** Keeps a DNS provider that was proven to work. */
@Injectable()
export class CreateDnsProvider {
  constructor(
    private readonly database: Database,
    private readonly providers: DnsProviderRepository,
    private readonly secrets: DnsSecrets,
    private readonly prove: ProveDnsProvider,
    private readonly reader: ReadDnsProviders,
    private readonly trail: DnsProviderTrail,
  ) {}

  async run(input: InputOf<typeof createDnsProvider>, principal: Principal): Promise<DnsProviderRecord> {
    allow(principal, 'administer', { what: 'create DNS providers' });
    const { name, description, type, nameservers } = input;
    checkNameservers(nameservers);
    if ((await this.providers.resolve({ name })) !== null) throw nameTaken(name);
    const proven = await this.prove.newProvider(type, input.options);
    const options = await this.secrets.stow(proven.options, proven.secretNames, name);
    try {
      const id = await this.database.transaction(async (tx) => {
        const made = await this.providers.insert(tx, { name, description, type, options, nameservers });
        await this.providers.setZones(made, proven.zones, tx);
        await this.trail.record(tx, principal, 'dns_provider.created', { id: made, name }, { type, zones: proven.zones.length });
        return made;
      });
      return await this.reader.get(id);
    } catch (error) {
      await this.secrets.discard(options).catch(() => undefined);
      throw writeFault(error, name);
    }
  }
}
