import { platformTables } from '@sifaka/database';
import { defineService } from '@sifaka/runtime';
import { deployConfig } from './deploy.config.js';
import { DeployModule } from './deploy.module.js';

export const deployService = defineService({
  name: 'deploy',
  config: deployConfig,
  migrations: platformTables('deploy'),
  module: () => DeployModule,
});
