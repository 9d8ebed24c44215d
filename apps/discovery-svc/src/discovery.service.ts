import { defineService } from '@sifaka/runtime';
import { discoveryConfig } from './discovery.config.js';
import { DiscoveryModule } from './discovery.module.js';
import { discoveryMigrations } from './migrations/migrations.js';

export const discoveryService = defineService({
  name: 'discovery',
  config: discoveryConfig,
  migrations: discoveryMigrations,
  // A look at a source that somebody waits for may take two hours; what comes by the minute must not wait with it.
  jobConcurrency: 12,
  module: () => DiscoveryModule,
});
