import { Injectable } from '@nestjs/common';
import type { DnsProviderRecord, findDnsProviders, InputOf, listDnsProviders, listDnsProviderTypes, OutputOf, Ref } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { DnsPlugins } from './dns-plugins.js';
import { DnsProviderRepository } from './dns-provider.repository.js';
import { dnsProviderView } from './dns-provider.view.js';

@Injectable()
export class ReadDnsProviders {
  constructor(
    private readonly providers: DnsProviderRepository,
    private readonly plugins: DnsPlugins,
  ) {}

  async list(input: InputOf<typeof listDnsProviders>): Promise<OutputOf<typeof listDnsProviders>> {
    const { rows, total, nextCursor } = await this.providers.list(input);
    // The zones of one provider are read with it alone: a page of them all would be too large for the bus.
    const items = rows.map((row) => ({ ...dnsProviderView(row, this.plugins.secretNames(row.type)), zones: [] }));
    return { items, total, nextCursor };
  }

  async get(id: number): Promise<DnsProviderRecord> {
    const [row] = await this.providers.details([id]);
    if (row === undefined) throw new AppError('not_found', `DNS provider ${id} does not exist`);
    return dnsProviderView(row, this.plugins.secretNames(row.type));
  }

  async find({ ids }: InputOf<typeof findDnsProviders>): Promise<OutputOf<typeof findDnsProviders>> {
    return { providers: await this.providers.named(ids) };
  }

  async resolve(ref: Ref): Promise<{ id: number | null }> {
    return { id: await this.providers.resolve(ref) };
  }

  types(): OutputOf<typeof listDnsProviderTypes> {
    return { types: this.plugins.offered().map(({ slug, title, description, pluginOptions }) => ({ name: slug, title, description, requirements: pluginOptions })) };
  }
}
