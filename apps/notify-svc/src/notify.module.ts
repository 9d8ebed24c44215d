import { Module } from '@nestjs/common';
import type { Plugin } from '@sifaka/plugin-sdk';
import { StatusModule } from '@sifaka/runtime';
import { attachmentParts } from './attachment/attachment.parts.js';
import { deliveryParts } from './delivery/delivery.parts.js';
import { expiryParts } from './expiry/expiry.parts.js';
import { happeningParts } from './happening/happening.parts.js';
import { measurementParts } from './measurement/measurement.parts.js';
import { notificationParts } from './notification/notification.parts.js';
import { notifyPlugins } from './plugins.js';
import { PluginsModule } from './plugins.module.js';
import { templateParts } from './template/template.parts.js';

/** What the module is made of, with these plugins. */
export const notifyParts = (plugins: readonly Plugin<'notification' | 'metric'>[]) => ({
  imports: [PluginsModule.with(plugins), StatusModule.forService('notify', plugins)],
  controllers: [...notificationParts.controllers, ...attachmentParts.controllers, ...deliveryParts.controllers, ...expiryParts.controllers],
  providers: [...notificationParts.providers, ...attachmentParts.providers, ...deliveryParts.providers, ...expiryParts.providers, ...happeningParts.providers, ...measurementParts.providers, ...templateParts.providers],
});

/** Notifications, what they hang on, and every message that is sent. */
@Module(notifyParts(notifyPlugins))
export class NotifyModule {}
