import { defineService } from '@sifaka/runtime';
import { deployConfig } from './deploy.config.js';
import { DeployModule } from './deploy.module.js';
import { deployMigrations } from './migrations/migrations.js';

export const deployService = defineService({
  name: 'deploy',
  config: deployConfig,
  migrations: deployMigrations,
  module: () => DeployModule,
});
