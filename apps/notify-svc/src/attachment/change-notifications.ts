import { Inject, Injectable } from '@nestjs/common';
import type { attachNotifications, InputOf, NotificationRecord, resolveNotifications, setNotifications } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { ReadNotifications } from '../notification/read-notifications.js';
import { AttachmentRepository } from './attachment.repository.js';
import { DefaultNotifications } from './default-notifications.js';
import { GiveNotifications } from './give-notifications.js';

/** Notifications of one certificate, as they were asked for, as its owner changes, and as its predecessor had them. */
@Injectable()
export class ChangeNotifications {
  constructor(
    private readonly database: Database,
    private readonly attachments: AttachmentRepository,
    private readonly defaults: DefaultNotifications,
    private readonly giving: GiveNotifications,
    private readonly reader: ReadNotifications,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async attach({ certificateId, owner, notificationIds }: InputOf<typeof attachNotifications>): Promise<{ notifications: NotificationRecord[] }> {
    await this.giving.run({ certificateId, owner: owner.toLowerCase(), at: this.clock.now(), notificationIds });
    return this.read(certificateId);
  }

  /** What a request names, with the defaults of an owner unless it names one of those. */
  async resolve({ refs, owner }: InputOf<typeof resolveNotifications>): Promise<{ notifications: NotificationRecord[] }> {
    const { notifications } = await this.reader.resolve(refs);
    if (owner === null) return { notifications };
    const [own, isOwn] = await Promise.all([this.defaults.ofOwner(owner.toLowerCase()), this.defaults.isOf(owner.toLowerCase())]);
    if (notifications.some(({ label }) => isOwn(label))) return { notifications };
    const ids = await this.database.transaction((tx) => this.defaults.ensure(tx, [own]));
    return { notifications: [...notifications, ...(await this.reader.byIds([...ids.values()]))] };
  }

  /** Whoever may do this was asked by the service that keeps the certificate. */
  async set({ certificateId, owner: given, formerOwner, notificationIds }: InputOf<typeof setNotifications>): Promise<{ notifications: NotificationRecord[] }> {
    const owner = given.toLowerCase();
    const former = formerOwner?.toLowerCase() ?? owner;
    const [own, isFormers, isOwn] = await Promise.all([this.defaults.ofOwner(owner), this.defaults.isOf(former), this.defaults.isOf(owner)]);
    const { notifications: chosen } = await this.reader.resolve(notificationIds.map((id) => ({ id })));
    const kept = former === owner ? chosen : chosen.filter(({ label }) => !isFormers(label));
    await this.database.transaction(
      async (tx) => {
        // The certificate before the notifications: whoever hears of the same change by its event goes the same way.
        await this.attachments.note(tx, { certificateId, owner, at: this.clock.now(), given: 'set' });
        const defaults = kept.some(({ label }) => isOwn(label)) ? new Map<string, number>() : await this.defaults.ensure(tx, [own]);
        await this.replace(tx, certificateId, [...kept.map(({ id }) => id), ...defaults.values()]);
      },
      { retries: 2 },
    );
    return this.read(certificateId);
  }

  /** The set of the old owner goes, that of the new one comes; everything else stays (domain-rules ED-4, ED-7). */
  async changeOwner(certificateId: number, owner: string, at: Date): Promise<void> {
    if ((await this.attachments.ownerOf(certificateId)) === owner) return;
    const own = await this.defaults.ofOwner(owner);
    await this.database.transaction(
      async (tx) => {
        const known = await this.attachments.lock(tx, certificateId);
        if (known !== undefined && (known.ownerAt >= at || known.owner === owner)) return;
        await this.attachments.note(tx, { certificateId, owner, at, given: null });
        if (known === undefined || known.given === null) return;
        const isFormers = await this.defaults.isOf(known.owner, tx);
        const kept = (await this.attachments.labelsOf(tx, certificateId)).filter(({ label }) => !isFormers(label));
        const defaults = await this.defaults.ensure(tx, [own]);
        await this.replace(tx, certificateId, [...kept.map(({ id }) => id), ...defaults.values()]);
      },
      { retries: 2 },
    );
  }

  /** A renewed certificate is told of as the old one was, unless somebody chose otherwise for it since. */
  async inherit(predecessorId: number, certificateId: number, owner: string, at: Date): Promise<void> {
    await this.database.transaction(
      async (tx) => {
        const before = await this.attachments.of([predecessorId], tx);
        const known = await this.attachments.lock(tx, certificateId);
        if (before.length === 0 || (known !== undefined && known.given !== null && known.given !== 'default')) return;
        await this.attachments.note(tx, { certificateId, owner: known?.owner ?? owner, at: known?.ownerAt ?? at, given: 'renewal' });
        await this.replace(tx, certificateId, before.map(({ notificationId }) => notificationId));
      },
      { retries: 2 },
    );
  }

  private async replace(tx: Sql, certificateId: number, notificationIds: readonly number[]): Promise<void> {
    await this.attachments.keepOnly(tx, certificateId, notificationIds);
    await this.attachments.add(tx, notificationIds.map((notificationId) => ({ certificateId, notificationId })));
  }

  private async read(certificateId: number): Promise<{ notifications: NotificationRecord[] }> {
    const { notifications } = await this.reader.find({ certificateIds: [certificateId] });
    return { notifications };
  }
}
