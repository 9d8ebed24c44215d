import { defineService } from '@sifaka/runtime';
import { discoveryConfig } from './discovery.config.js';
import { DiscoveryModule } from './discovery.module.js';
import { discoveryMigrations } from './migrations/migrations.js';

export const discoveryService = defineService({
  name: 'discovery',
  config: discoveryConfig,
  migrations: discoveryMigrations,
  module: () => DiscoveryModule,
});
