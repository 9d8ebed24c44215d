import { Inject, Injectable } from '@nestjs/common';
import type { SystemPrincipal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { CONFIG } from '@sifaka/runtime';
import { defaultOptions } from '../notification/default-options.js';
import { NotificationTrail } from '../notification/notification-trail.js';
import { NotificationRepository, type NewNotification } from '../notification/notification.repository.js';
import { distinct, isAddress } from '../notification/recipients.js';
import type { NotifyConfig } from '../notify.config.js';
import { defaultLabel, isDefaultOf, securityOwner } from './default-label.js';
import { DefaultStems } from './default-stems.js';

const self: SystemPrincipal = { kind: 'system', service: 'notify' };

/** Labels of the default notifications of one owner or of the security team. */
export interface DefaultSet {
  readonly owner: string;
  readonly labels: readonly string[];
  readonly wanted: readonly NewNotification[];
}

/** The notifications that certificates get which name none of their own (domain-rules NO-1 to NO-6). */
@Injectable()
export class DefaultNotifications {
  constructor(
    private readonly notifications: NotificationRepository,
    private readonly stems: DefaultStems,
    private readonly trail: NotificationTrail,
    @Inject(CONFIG) private readonly config: NotifyConfig,
  ) {}

  /** Those of an owner; for one that is no address, as things that were found may have, the security team is told. */
  async ofOwner(owner: string, tx?: Sql): Promise<DefaultSet> {
    const days = this.config.defaultExpirationIntervals;
    const recipients = isAddress(owner) ? [owner] : this.config.securityTeamEmail;
    if (recipients.length === 0 || owner === '') return { owner, labels: [], wanted: [] };
    return this.set(owner, await this.stems.of(owner, days, tx), days, recipients, `Default notification of ${owner}`);
  }

  /** None without a security team. */
  async ofSecurity(): Promise<DefaultSet> {
    const { securityTeamEmail, securityTeamEmailIntervals, defaultExpirationIntervals } = this.config;
    const days = securityTeamEmail.length === 0 ? [] : (securityTeamEmailIntervals ?? defaultExpirationIntervals);
    return this.set(securityOwner, await this.stems.of(securityOwner, days), days, securityTeamEmail, 'Default notification of the security team');
  }

  /**
   * Makes what is missing of some sets; what has such a label already is used as it is (NO-4).
   *
   * @returns ids by label
   */
  async ensure(tx: Sql, sets: readonly DefaultSet[]): Promise<ReadonlyMap<string, number>> {
    const wanted = new Map(sets.flatMap((set) => set.wanted.map((row) => [row.label, row] as const)));
    const labels = [...wanted.keys()].sort();
    const found = new Map((await this.notifications.byLabels(labels, tx)).map(({ label, id }) => [label, id]));
    const missing = labels.flatMap((label) => (found.has(label) ? [] : [wanted.get(label)].flatMap((row) => row ?? [])));
    const made = await this.notifications.insertMissing(tx, missing);
    await this.trail.record(tx, self, 'created', made);
    for (const { label, id } of made) found.set(label, id);
    if (found.size < labels.length) for (const { label, id } of await this.notifications.byLabels(labels, tx)) found.set(label, id);
    return found;
  }

  /** Whether a notification is one of an owner's defaults. */
  async isOf(owner: string, tx?: Sql): Promise<(label: string) => boolean> {
    const stem = await this.stems.find(owner, tx);
    return (label) => stem !== null && isDefaultOf(stem, label);
  }

  private set(owner: string, stem: string, days: readonly number[], recipients: readonly string[], description: string): DefaultSet {
    const wanted = [...new Set(days)].map((each) => ({
      ...{ label: defaultLabel(stem, each), description: `${description}: ${each} days before the end`, plugin: this.config.defaultNotificationPlugin, active: true, intervalDays: each },
      options: defaultOptions(distinct(recipients), each),
    }));
    return { owner, labels: wanted.map(({ label }) => label), wanted };
  }
}
