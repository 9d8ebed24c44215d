import { Controller, Module } from '@nestjs/common';
import { defineConfig } from '@sifaka/config';
import {
  createDnsProvider,
  deleteDnsProvider,
  findDnsProviders,
  getDnsProvider,
  listDnsProviders,
  listDnsProviderTypes,
  refreshDnsProvider,
  resolveDnsProvider,
  testDnsProvider,
  tryDnsProvider,
  updateDnsProvider,
  type DnsProviderRecord,
  type InputOf,
} from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Handles } from '@sifaka/messaging';
import { defineService } from '@sifaka/runtime';

/** What acme-svc was asked, and what it keeps. */
export const dnsWorld = {
  providers: new Map<number, DnsProviderRecord>(),
  inputs: new Array<unknown>(),
};

const at = '2026-11-01T10:00:00+00:00';

@Controller()
class AcmeStandIn {
  @Handles(createDnsProvider)
  create(input: InputOf<typeof createDnsProvider>) {
    dnsWorld.inputs.push(input);
    const id = dnsWorld.providers.size + 1;
    const { name, description, type, nameservers } = input;
    const options = input.options.map((option) => ({ name: option.name, value: null }));
    const record: DnsProviderRecord = { id, name, description, type, options, nameservers, zones: ['example.test'], zoneCount: 1, zonesRefreshedAt: at, lastError: null, openRecords: 0, createdAt: at, updatedAt: at };
    dnsWorld.providers.set(id, record);
    return record;
  }

  @Handles(updateDnsProvider)
  update(input: InputOf<typeof updateDnsProvider>) {
    dnsWorld.inputs.push(input);
    return this.get(input);
  }

  @Handles(deleteDnsProvider)
  delete(input: InputOf<typeof deleteDnsProvider>) {
    dnsWorld.inputs.push(input);
    return { isDeleted: dnsWorld.providers.delete(input.id) };
  }

  @Handles(listDnsProviders)
  list(input: InputOf<typeof listDnsProviders>) {
    dnsWorld.inputs.push(input);
    const items = [...dnsWorld.providers.values()].map((record) => ({ ...record, zones: [] }));
    return { items, total: items.length, nextCursor: null };
  }

  @Handles(getDnsProvider)
  get({ id }: { id: number }) {
    const record = dnsWorld.providers.get(id);
    if (record === undefined) throw new AppError('not_found', `DNS provider ${id} does not exist`);
    return record;
  }

  @Handles(refreshDnsProvider)
  refresh({ id }: InputOf<typeof refreshDnsProvider>) {
    return this.get({ id });
  }

  @Handles(findDnsProviders)
  find({ ids }: InputOf<typeof findDnsProviders>) {
    return { providers: ids.flatMap((id) => dnsWorld.providers.get(id) ?? []).map(({ id, name, type }) => ({ id, name, type })) };
  }

  @Handles(resolveDnsProvider)
  resolve({ ref }: InputOf<typeof resolveDnsProvider>) {
    const found = [...dnsWorld.providers.values()].find(({ id, name }) => (ref.id === undefined ? name === ref.name : id === ref.id));
    return { id: found?.id ?? null };
  }

  @Handles(testDnsProvider)
  test(input: InputOf<typeof testDnsProvider>) {
    dnsWorld.inputs.push(input);
    return report;
  }

  @Handles(tryDnsProvider)
  tryUnsaved(input: InputOf<typeof tryDnsProvider>) {
    dnsWorld.inputs.push(input);
    return report;
  }

  @Handles(listDnsProviderTypes)
  types() {
    const account = { name: 'account_id', type: 'int' as const, required: true, helpMessage: 'AWS Account number' };
    return { types: [{ name: 'route53', title: 'Route 53', description: 'Amazon', requirements: [account] }, { name: 'other', title: 'Other', description: '', requirements: [] }] };
  }
}

const report = { isWorking: true, steps: [{ name: 'connection' as const, state: 'passed' as const, detail: 'fine', durationMs: 1 }] };

@Module({ controllers: [AcmeStandIn] })
class AcmeStandInModule {}

/** acme-svc as far as DNS providers are concerned. */
export const acmeStandIn = defineService({ name: 'acme', config: defineConfig('acme', {}), migrations: platformTables('acme'), module: () => AcmeStandInModule });
