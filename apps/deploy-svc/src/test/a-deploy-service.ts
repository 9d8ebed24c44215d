import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { createDestination, tokenRemovalRequested, tokenUploadRequested, type DestinationRecord, type RequestOf } from '@sifaka/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the two are tested together
import { keyvaultService } from '@sifaka/keyvault-svc';
import { newEvent } from '@sifaka/messaging';
import { defineService, StatusModule } from '@sifaka/runtime';
import { aPrincipal, testPlatform, type EventCollector, type TestPlatform } from '@sifaka/testing';
import type { z } from 'zod';
import { deployConfig } from '../deploy.config.js';
import { destinationParts } from '../destination/destination.module.js';
import { deployMigrations } from '../migrations/migrations.js';
import { fileFormats } from '../plugins.js';
import { RemoveTokens } from '../token/remove-tokens.js';
import { memoryPlugin, plainPlugin, travellingExport } from './memory-destination.js';
import { shelfPlugins } from './shelf-destination.js';

export const admin = aPrincipal({ admin: true });

const plugins = [memoryPlugin, plainPlugin, ...shelfPlugins];
const parts = destinationParts(plugins, [...fileFormats, travellingExport]);

@Module({ ...parts, imports: [...parts.imports, StatusModule.forService('deploy', plugins)] })
class DeployTestModule {}

/** With places in memory. */
export const deployTestService = defineService({ name: 'deploy', config: deployConfig, migrations: deployMigrations, jobConcurrency: 16, module: () => DeployTestModule });

export interface DeployPlatform {
  platform: TestPlatform;
  events: EventCollector;
  /** Runs the job that removes tokens. */
  clean(): Promise<void>;
  tellUpload(data: z.input<(typeof tokenUploadRequested)['data']>): Promise<void>;
  tellRemoval(data: z.input<(typeof tokenRemovalRequested)['data']>): Promise<void>;
  stop(): Promise<void>;
}

/** deploy-svc with places in memory, and the key vault. */
export async function aDeployService(): Promise<DeployPlatform> {
  const platform = await testPlatform({ services: [keyvaultService, deployTestService], env: { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64') } });
  const events = await platform.events('sifaka.v1.>');
  const bus = await platform.bus.connect('acme');
  const tell = async ({ subject, envelope }: ReturnType<typeof newEvent>) => {
    bus.connection.publish(subject, JSON.stringify(envelope));
    await bus.connection.flush();
  };
  const at = new Date();
  return {
    platform,
    events,
    clean: () => platform.service('deploy').app.get(RemoveTokens).clean({}, { signal: new AbortController().signal }),
    tellUpload: (data) => tell(newEvent(tokenUploadRequested, data, { at, subject: '1' })),
    tellRemoval: (data) => tell(newEvent(tokenRemovalRequested, data, { at, subject: '1' })),
    stop: async () => {
      events.stop();
      await bus.close();
      await platform.stop();
    },
  };
}

let counter = 0;

type Asked = RequestOf<typeof createDestination>;

export const named = (values: Record<string, z.output<z.ZodJSONSchema>>) => Object.entries(values).map(([name, value]) => ({ name, value }));

type Parts = Partial<Omit<Asked, 'plugin'>> & { slug?: string; options?: Asked['plugin']['pluginOptions'] };

export const aDestination = ({ platform }: DeployPlatform, parts: Parts = {}, principal = admin): Promise<DestinationRecord> => createTestDestination(platform, parts, principal);

export function createTestDestination(platform: TestPlatform, parts: Parts, principal = admin): Promise<DestinationRecord> {
  const { slug = 'memory-destination', options = named({ host: 'edge.example.test', password: 'right' }), ...rest } = parts;
  return platform.call('gateway', createDestination, { label: `place-${(counter += 1)}`, description: 'of a test', plugin: { slug, pluginOptions: options }, ...rest }, { principal });
}
