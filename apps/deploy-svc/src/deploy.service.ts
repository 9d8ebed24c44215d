import { defineService } from '@sifaka/runtime';
import { deployConfig } from './deploy.config.js';
import { DeployModule } from './deploy.module.js';
import { deployMigrations } from './migrations/migrations.js';

export const deployService = defineService({
  name: 'deploy',
  config: deployConfig,
  migrations: deployMigrations,
  // Deployments mostly wait for the other side; one destination that is slow must not hold up the others.
  jobConcurrency: 16,
  module: () => DeployModule,
});
