import { Inject, Injectable } from '@nestjs/common';
import { accessRulesOf, allow, type AccessRules } from '@sifaka/authz';
import type { createNotification, deleteNotification, InputOf, Principal, updateNotification } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import type { StoredOption } from '@sifaka/plugin-host';
import { CONFIG } from '@sifaka/runtime';
import { AttachmentRepository } from '../attachment/attachment.repository.js';
import type { NotifyConfig } from '../notify.config.js';
import { NotificationPlugins } from './notification-plugins.js';
import { NotificationTrail } from './notification-trail.js';
import { NotificationRepository, type NotificationRow } from './notification.repository.js';
import { noSuchNotification } from './no-such-notification.js';

/** Keeps a notification that was proven to work, and the certificates that it hangs on. */
@Injectable()
export class SaveNotification {
  private readonly rules: AccessRules;

  constructor(
    private readonly database: Database,
    private readonly notifications: NotificationRepository,
    private readonly attachments: AttachmentRepository,
    private readonly plugins: NotificationPlugins,
    private readonly trail: NotificationTrail,
    @Inject(CONFIG) config: NotifyConfig,
  ) {
    this.rules = accessRulesOf(config);
  }

  async create({ label, description, plugin, active, certificateIds }: InputOf<typeof createNotification>, principal: Principal): Promise<number> {
    allow(principal, 'notification:write', null, this.rules);
    const { options: given, intervalDays } = await this.plugins.merged(plugin.slug, plugin.pluginOptions, null);
    await this.plugins.prove(plugin.slug, given);
    const options = await this.plugins.stow(plugin.slug, given, label);
    try {
      return await this.database.transaction(async (tx) => {
        const made = { label, description, plugin: plugin.slug, active };
        const id = await this.notifications.insert(tx, { ...made, options, intervalDays });
        await this.attachments.add(tx, pairs(certificateIds, id));
        await this.trail.record(tx, principal, 'created', [{ id, ...made }], listed({ certificateIds }));
        return id;
      });
    } catch (error) {
      await this.plugins.discard(options).catch(() => undefined);
      throw error;
    }
  }

  async update(input: InputOf<typeof updateNotification>, principal: Principal): Promise<void> {
    allow(principal, 'notification:write', null, this.rules);
    const before = await this.notifications.byId(input.id);
    if (before === undefined) throw noSuchNotification(input.id);
    const { options, intervalDays } = await this.optionsOf(input, before);
    try {
      await this.replace(input, before, { options, intervalDays }, principal);
    } catch (error) {
      await this.plugins.discard(options, before.options).catch(() => undefined);
      throw error;
    }
    await this.plugins.discard(before.options, options).catch(() => undefined);
  }

  /** One that is not there counts as deleted, as for Lemur's clients. What it still had to deliver is dropped when its turn comes. */
  async delete({ id }: InputOf<typeof deleteNotification>, principal: Principal): Promise<{ isDeleted: boolean }> {
    allow(principal, 'notification:write', null, this.rules);
    const deleted = await this.database.transaction(async (tx) => {
      const row = await this.notifications.delete(tx, id);
      if (row !== undefined) await this.trail.record(tx, principal, 'deleted', [row]);
      return row;
    });
    // What cannot be deleted now is found by nobody: references to it are gone.
    if (deleted !== undefined) await this.plugins.discard(deleted.options).catch(() => undefined);
    return { isDeleted: deleted !== undefined };
  }

  /** What stays as it was is not tried again: a notification can be switched off while the other side is away. */
  private async optionsOf({ label, plugin: { slug, pluginOptions } }: InputOf<typeof updateNotification>, before: NotificationRow): Promise<{ options: StoredOption[]; intervalDays: number | null }> {
    const { options: given, intervalDays } = await this.plugins.merged(slug, pluginOptions, before);
    if (slug !== before.plugin || !this.plugins.isSame(given, before)) await this.plugins.prove(slug, given);
    return { options: await this.plugins.stow(slug, given, label), intervalDays };
  }

  private replace(input: InputOf<typeof updateNotification>, before: NotificationRow, chosen: { options: StoredOption[]; intervalDays: number | null }, principal: Principal): Promise<void> {
    const { id, label, description, plugin, addedCertificateIds, removedCertificateIds } = input;
    return this.database.transaction(async (tx) => {
      const now = { label, description, plugin: plugin.slug, active: input.active ?? before.active };
      if (!(await this.notifications.update(tx, id, before.version, { ...now, ...chosen }))) {
        throw new AppError('conflict', `notification ${id} was changed by somebody else meanwhile`, { reason: 'notification.changed' });
      }
      await this.attachments.add(tx, pairs(addedCertificateIds, id));
      await this.attachments.remove(tx, id, removedCertificateIds);
      await this.trail.record(tx, principal, 'updated', [{ id, ...now }], listed({ addedCertificateIds, removedCertificateIds }));
    });
  }
}

const pairs = (certificateIds: readonly number[], notificationId: number) => certificateIds.map((certificateId) => ({ certificateId, notificationId }));

/** What the audit log names of many. */
const toldCount = 100;

const listed = (lists: Record<string, readonly number[]>) => Object.fromEntries(Object.entries(lists).flatMap(([name, ids]) => (ids.length === 0 ? [] : [[name, ids.slice(0, toldCount)]])));
