import { setupFault } from '@sifaka/plugin-host';
import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { DnsProviderRecord, InputOf, Principal, updateDnsProvider } from '@sifaka/contracts';
import { DnsProviderRepository } from './dns-provider.repository.js';
import { noSuchProvider } from './provider-faults.js';
import { ReadDnsProviders } from './read-dns-providers.js';
import { RefreshZones } from './refresh-zones.js';
import { UpdateDnsProvider } from './update-dns-provider.js';

/** Changes of a DNS provider that answer with what it is then. */
@Injectable()
export class ChangeDnsProvider {
  constructor(
    private readonly providers: DnsProviderRepository,
    private readonly changes: UpdateDnsProvider,
    private readonly zones: RefreshZones,
    private readonly reader: ReadDnsProviders,
  ) {}

  async update(input: InputOf<typeof updateDnsProvider>, principal: Principal): Promise<DnsProviderRecord> {
    await this.changes.run(input, principal);
    return this.reader.get(input.id);
  }

  async refresh(id: number, principal: Principal): Promise<DnsProviderRecord> {
    allow(principal, 'administer', { what: 'refresh the zones of DNS providers' });
    const provider = await this.providers.byId(id);
    if (provider === undefined) throw noSuchProvider(id);
    await this.zones.refresh(provider).catch((error: unknown) => {
      throw setupFault(error, 'dns_provider.check_failed');
    });
    return this.reader.get(id);
  }
}
