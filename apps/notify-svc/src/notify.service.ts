import { platformTables } from '@sifaka/database';
import { defineService } from '@sifaka/runtime';
import { notifyConfig } from './notify.config.js';
import { NotifyModule } from './notify.module.js';

export const notifyService = defineService({
  name: 'notify',
  config: notifyConfig,
  migrations: platformTables('notify'),
  module: () => NotifyModule,
});
