import { platformTables } from '@sifaka/database';
import { defineService } from '@sifaka/runtime';
import { acmeConfig } from './acme.config.js';
import { AcmeModule } from './acme.module.js';

export const acmeService = defineService({
  name: 'acme',
  config: acmeConfig,
  migrations: platformTables('acme'),
  module: () => AcmeModule,
});
