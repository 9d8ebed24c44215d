import { platformTables } from '@sifaka/database';
import { defineService } from '@sifaka/runtime';
import { keyvaultConfig } from './keyvault.config.js';
import { KeyvaultModule } from './keyvault.module.js';
import { keyvaultMigrations } from './migrations/migrations.js';

export const keyvaultService = defineService({
  name: 'keyvault',
  config: keyvaultConfig,
  migrations: [...platformTables('keyvault'), ...keyvaultMigrations],
  module: () => KeyvaultModule,
});
