import { Inject, Injectable } from '@nestjs/common';
import { accessRulesOf, allow, type AccessRules } from '@sifaka/authz';
import type { InputOf, NotificationTestReport, Principal, testNotification, tryNotification } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError, isAppError } from '@sifaka/kernel';
import type { Notifier } from '@sifaka/plugin-sdk';
import { CONFIG } from '@sifaka/runtime';
import type { NotifyConfig } from '../notify.config.js';
import { TestMessage } from '../template/test-message.js';
import { NotificationPlugins, optionsPath } from './notification-plugins.js';
import { NotificationTrail } from './notification-trail.js';
import { NotificationRepository } from './notification.repository.js';
import { noSuchNotification } from './no-such-notification.js';

/** The answer must be there before the one who asked has gone. */
const testLimitMs = 24_000;

/** Sends a message that says that it is a test, and tells how that went: a refusal is the answer, not a fault. */
@Injectable()
export class TestNotification {
  private readonly rules: AccessRules;

  constructor(
    private readonly database: Database,
    private readonly notifications: NotificationRepository,
    private readonly plugins: NotificationPlugins,
    private readonly trail: NotificationTrail,
    private readonly message: TestMessage,
    @Inject(CONFIG) config: NotifyConfig,
  ) {
    this.rules = accessRulesOf(config);
  }

  async stored({ id }: InputOf<typeof testNotification>, principal: Principal): Promise<NotificationTestReport> {
    allow(principal, 'notification:write', null, this.rules);
    const row = await this.notifications.byId(id);
    if (row === undefined) throw noSuchNotification(id);
    const report = await this.report(async () => this.send(await this.plugins.of(row), row.label));
    await this.database.transaction((tx) => this.trail.noted(tx, principal, 'notification.tested', row, { isWorking: report.isWorking }));
    return report;
  }

  async unsaved({ plugin }: InputOf<typeof tryNotification>, principal: Principal): Promise<NotificationTestReport> {
    allow(principal, 'notification:write', null, this.rules);
    const { options } = await this.plugins.merged(plugin.slug, plugin.pluginOptions, null);
    return this.report(async () => {
      const notifier = await this.plugins.make(plugin.slug, options);
      try {
        return await this.send(notifier, null);
      } finally {
        await notifier.close?.();
      }
    });
  }

  private async send(notifier: Notifier, label: string | null): Promise<string> {
    const { reference, undelivered = [] } = await withinTime(notifier.send(this.message.of(label)));
    if (undelivered.length > 0) throw new AppError('upstream_failed', undelivered.map(({ recipient, detail }) => `${recipient}: ${detail}`).join('; '));
    return reference === null ? 'a test message was handed over' : `a test message was handed over: ${reference}`;
  }

  private async report(send: () => Promise<string>): Promise<NotificationTestReport> {
    const startedAt = performance.now();
    const since = () => Math.round(performance.now() - startedAt);
    try {
      return { isWorking: true, detail: await send(), durationMs: since() };
    } catch (error) {
      if (!isAppError(error) || error.code === 'internal') throw error;
      return { isWorking: false, detail: error.message.replace(`${optionsPath}: `, ''), durationMs: since() };
    }
  }
}

async function withinTime<T>(working: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('upstream_timeout', `there was no answer within ${testLimitMs / 1_000} s`, { reason: 'notification.timeout' })), testLimitMs);
  });
  try {
    return await Promise.race([working, limit]);
  } finally {
    clearTimeout(timer);
  }
}
