import { Controller, Module } from '@nestjs/common';
import { defineConfig } from '@sifaka/config';
import {
  createDestination,
  deleteDestination,
  destinationStats,
  getDestination,
  listDestinations,
  resolveDestination,
  testDestination,
  tryDestination,
  updateDestination,
  type DestinationRecord,
  type InputOf,
  type PluginOption,
} from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Handles } from '@sifaka/messaging';
import { defineService } from '@sifaka/runtime';

/** What deploy-svc was asked, and what it keeps. */
export const deployWorld = {
  destinations: new Map<number, DestinationRecord>(),
  inputs: new Array<unknown>(),
};

const at = '2026-11-01T10:00:00+00:00';
const host: PluginOption = { name: 'host', type: 'str', required: true, helpMessage: 'Host', value: 'edge1.corp.test' };
const password: PluginOption = { name: 'password', type: 'str', required: false, sensitive: true, helpMessage: 'Password', value: null };
let last = 0;

@Controller()
class DeployStandIn {
  @Handles(createDestination)
  create(input: InputOf<typeof createDestination>) {
    deployWorld.inputs.push(input);
    const plugin = { slug: input.plugin.slug, title: 'SFTP', description: 'Files' };
    const record: DestinationRecord = { id: (last += 1), label: input.label, description: input.description, options: [host, password], plugin, createdAt: at, updatedAt: at };
    deployWorld.destinations.set(record.id, record);
    return record;
  }

  @Handles(updateDestination)
  update(input: InputOf<typeof updateDestination>) {
    deployWorld.inputs.push(input);
    return this.get(input);
  }

  @Handles(deleteDestination)
  delete(input: InputOf<typeof deleteDestination>) {
    deployWorld.inputs.push(input);
    return { isDeleted: deployWorld.destinations.delete(input.id) };
  }

  @Handles(listDestinations)
  list(input: InputOf<typeof listDestinations>) {
    deployWorld.inputs.push(input);
    const items = [...deployWorld.destinations.values()];
    return { items, total: items.length, nextCursor: null };
  }

  @Handles(getDestination)
  get({ id }: { id: number }) {
    const record = deployWorld.destinations.get(id);
    if (record === undefined) throw new AppError('not_found', `destination ${id} does not exist`);
    return record;
  }

  @Handles(resolveDestination)
  resolve({ ref }: InputOf<typeof resolveDestination>) {
    const found = [...deployWorld.destinations.values()].filter(({ id, label }) => String(id) === ref || label === ref);
    return { destinations: found.map(({ id, label, plugin }) => ({ id, label, plugin: plugin.slug, takesTokens: plugin.slug !== 'plain' })) };
  }

  @Handles(destinationStats)
  stats() {
    const labels = [...deployWorld.destinations.values()].map(({ label }) => label);
    return { labels, values: labels.map(() => 0) };
  }

  @Handles(testDestination)
  test({ id }: InputOf<typeof testDestination>) {
    this.get({ id });
    return { isWorking: true, detail: 'fine', durationMs: 1 };
  }

  @Handles(tryDestination)
  tryUnsaved(input: InputOf<typeof tryDestination>) {
    deployWorld.inputs.push(input);
    return { isWorking: false, detail: 'no', durationMs: 1 };
  }
}

@Module({ controllers: [DeployStandIn] })
class DeployStandInModule {}

/** deploy-svc as far as destinations are concerned. */
export const deployStandIn = defineService({ name: 'deploy', config: defineConfig('deploy', {}), migrations: platformTables('deploy'), module: () => DeployStandInModule });
