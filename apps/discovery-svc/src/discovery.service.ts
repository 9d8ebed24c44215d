import { platformTables } from '@sifaka/database';
import { defineService } from '@sifaka/runtime';
import { discoveryConfig } from './discovery.config.js';
import { DiscoveryModule } from './discovery.module.js';

export const discoveryService = defineService({
  name: 'discovery',
  config: discoveryConfig,
  migrations: platformTables('discovery'),
  module: () => DiscoveryModule,
});
