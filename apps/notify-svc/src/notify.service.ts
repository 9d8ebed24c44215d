import { defineService } from '@sifaka/runtime';
import { notifyMigrations } from './migrations/migrations.js';
import { notifyConfig } from './notify.config.js';
import { NotifyModule } from './notify.module.js';

export const notifyService = defineService({
  name: 'notify',
  config: notifyConfig,
  migrations: notifyMigrations,
  // Messages mostly wait for the other side; one place that is slow must not hold up the others.
  jobConcurrency: 16,
  module: () => NotifyModule,
});
