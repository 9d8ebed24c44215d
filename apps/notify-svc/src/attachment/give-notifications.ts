import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import { Coalescer } from '@sifaka/runtime';
import { AttachmentRepository, type Attachment, type Birth } from './attachment.repository.js';
import { DefaultNotifications, type DefaultSet } from './default-notifications.js';

/** A certificate that is to be given its first notifications. */
export interface NewCertificate extends Omit<Birth, 'given'> {
  /** None: those of its owner and of the security team. */
  notificationIds: readonly number[];
}

/** Certificates of one transaction. */
const batchLength = 500;

/** Gives new certificates their first notifications, once: whoever hears of them later changes nothing. Those that come together go together. */
@Injectable()
export class GiveNotifications {
  private readonly batches = new Coalescer<NewCertificate, null>((batch) => this.give(batch).then(() => batch.map(() => null)), { maxItems: batchLength, maxRuns: 2 });

  constructor(
    private readonly database: Database,
    private readonly attachments: AttachmentRepository,
    private readonly defaults: DefaultNotifications,
  ) {}

  async run(certificate: NewCertificate): Promise<void> {
    await this.batches.add(certificate);
  }

  private async give(batch: readonly NewCertificate[]): Promise<void> {
    const asked = new Map(batch.map((each) => [each.certificateId, each.notificationIds]));
    const byOwner = await this.setsOf([...new Set(batch.map(({ owner }) => owner))]);
    const security = await this.defaults.ofSecurity();
    await this.database.transaction(
      async (tx) => {
        const given = await this.attachments.born(tx, batch.map(({ notificationIds, ...birth }) => ({ ...birth, given: notificationIds.length === 0 ? 'default' : 'asked' })));
        const plain = given.filter(({ certificateId }) => (asked.get(certificateId)?.length ?? 0) === 0);
        const own = given.flatMap(({ certificateId }) => (asked.get(certificateId) ?? []).map((notificationId) => ({ certificateId, notificationId })));
        await this.attachments.add(tx, [...own, ...(await this.defaultsOf(tx, plain, byOwner, security))]);
      },
      { retries: 2 },
    );
  }

  private async setsOf(owners: readonly string[], tx?: Sql): Promise<Map<string, DefaultSet>> {
    const sets = new Map<string, DefaultSet>();
    for (const owner of owners) sets.set(owner, await this.defaults.ofOwner(owner, tx));
    return sets;
  }

  private async defaultsOf(tx: Sql, certificates: readonly { certificateId: number; owner: string }[], byOwner: Map<string, DefaultSet>, security: DefaultSet): Promise<Attachment[]> {
    if (certificates.length === 0) return [];
    // The owner may have changed before anybody heard that the certificate is there.
    const strangers = [...new Set(certificates.map(({ owner }) => owner))].filter((owner) => !byOwner.has(owner));
    for (const [owner, set] of await this.setsOf(strangers, tx)) byOwner.set(owner, set);
    const owned = certificates.map(({ certificateId, owner }) => ({ certificateId, set: byOwner.get(owner) }));
    const ids = await this.defaults.ensure(tx, [security, ...owned.flatMap(({ set }) => set ?? [])]);
    return owned.flatMap(({ certificateId, set }) =>
      [...(set?.labels ?? []), ...security.labels].flatMap((label) => {
        const notificationId = ids.get(label);
        return notificationId === undefined ? [] : [{ certificateId, notificationId }];
      }),
    );
  }
}
