import { defineService } from '@sifaka/runtime';
import { acmeConfig } from './acme.config.js';
import { AcmeModule } from './acme.module.js';
import { acmeMigrations } from './migrations/migrations.js';

export const acmeService = defineService({
  name: 'acme',
  config: acmeConfig,
  migrations: acmeMigrations,
  // Orders mostly wait for a CA or for DNS.
  jobConcurrency: 24,
  module: () => AcmeModule,
});
