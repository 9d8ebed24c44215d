import { Controller, Module } from '@nestjs/common';
import { defineConfig } from '@sifaka/config';
import {
  createDestination,
  deleteDestination,
  destinationStats,
  findSourceTwin,
  getDestination,
  listDestinations,
  resolveDestination,
  testDestination,
  tryDestination,
  updateDestination,
  type InputOf,
} from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Handles } from '@sifaka/messaging';
import { defineService } from '@sifaka/runtime';
import { deployWorld, DeploymentStandIn } from './deployment-stand-in.js';
import { aDestinationRecord } from './records.js';

let last = 0;

@Controller()
class DeployStandIn {
  @Handles(createDestination)
  create(input: InputOf<typeof createDestination>) {
    deployWorld.inputs.push(input);
    const { label, description, plugin } = input;
    const record = aDestinationRecord({ id: (last += 1), label, description, plugin: { slug: plugin.slug, title: 'SFTP', description: 'Files' }, ...this.twin(input) });
    deployWorld.destinations.set(record.id, record);
    return record;
  }

  @Handles(findSourceTwin)
  twin({ plugin: { slug } }: Pick<InputOf<typeof findSourceTwin>, 'plugin'>) {
    return { sourceTwin: slug === 'twin-destination' ? { slug: 'network-source', options: { hosts: 'edge1.corp.test' } } : null };
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

@Module({ controllers: [DeployStandIn, DeploymentStandIn] })
class DeployStandInModule {}

/** deploy-svc as far as destinations are concerned. */
export const deployStandIn = defineService({ name: 'deploy', config: defineConfig('deploy', {}), migrations: platformTables('deploy'), module: () => DeployStandInModule });
