import { Injectable } from '@nestjs/common';
import type { DestinationRecord, destinationStats, findDestinations, findSourceTwin, InputOf, listDestinations, OutputOf, resolveDestination } from '@sifaka/contracts';
import { limits } from '@sifaka/kernel';
import { HostedPlugins } from '@sifaka/plugin-host';
import { DeploymentRepository } from '../deployment/deployment.repository.js';
import { DestinationPlugins } from './destination-plugins.js';
import { DestinationRepository, type DestinationRow } from './destination.repository.js';
import { destinationView } from './destination.view.js';
import { noSuchDestination } from './no-such-destination.js';

@Injectable()
export class ReadDestinations {
  constructor(
    private readonly destinations: DestinationRepository,
    private readonly plugins: DestinationPlugins,
    private readonly deployments: DeploymentRepository,
    private readonly hosted: HostedPlugins,
  ) {}

  async list(input: InputOf<typeof listDestinations>): Promise<OutputOf<typeof listDestinations>> {
    const { rows, total, nextCursor } = await this.destinations.list(input);
    return { items: rows.map((row) => this.view(row)), total, nextCursor };
  }

  async get(id: number): Promise<DestinationRecord> {
    const row = await this.destinations.byId(id);
    if (row === undefined) throw noSuchDestination(id);
    return this.view(row);
  }

  async find({ ids }: InputOf<typeof findDestinations>): Promise<OutputOf<typeof findDestinations>> {
    return { destinations: await this.destinations.named(ids) };
  }

  async resolve({ ref }: InputOf<typeof resolveDestination>): Promise<OutputOf<typeof resolveDestination>> {
    const rows = await this.destinations.meantBy(ref);
    const destinations = await Promise.all(
      rows.map(async (row) => ({ id: row.id, label: row.label, plugin: row.plugin, takesTokens: await this.plugins.takesTokens(row) })),
    );
    return { destinations };
  }

  /** @throws AppError `invalid_argument` for options that the plugin does not accept, `not_found` */
  async twin({ id, plugin: { slug, pluginOptions } }: InputOf<typeof findSourceTwin>): Promise<OutputOf<typeof findSourceTwin>> {
    const before = id === null ? null : await this.destinations.byId(id);
    if (before === undefined) throw noSuchDestination(id ?? 0);
    const options = await this.plugins.merged(slug, pluginOptions, before);
    return { sourceTwin: this.plugins.twinOf({ plugin: slug, options, learned: null }) };
  }

  /** Certificates that are wanted at each. */
  async stats(): Promise<OutputOf<typeof destinationStats>> {
    const counts = await this.deployments.counts(limits.listCount);
    return { labels: counts.map(({ label }) => label), values: counts.map(({ count }) => count) };
  }

  view(row: DestinationRow): DestinationRecord {
    return destinationView(row, this.hosted, this.plugins.twinOf(row));
  }
}
