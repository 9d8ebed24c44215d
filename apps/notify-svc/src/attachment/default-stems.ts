import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import { recipientsIn } from '../notification/recipients.js';
import { NotificationRepository } from '../notification/notification.repository.js';
import { defaultLabel, isSomebodyElses, stemsOf } from './default-label.js';

/** More owners than most installations have. */
const cachedStems = 10_000;

/** Gives each owner a name for the labels of its default notifications, once and for good. */
@Injectable()
export class DefaultStems {
  private readonly known = new Map<string, string>();

  constructor(
    private readonly database: Database,
    private readonly notifications: NotificationRepository,
  ) {}

  /** @param days of the labels that will be made of it @param tx the transaction in progress, if there is one */
  async of(owner: string, days: readonly number[], tx?: Sql): Promise<string> {
    const known = this.known.get(owner);
    if (known !== undefined) return known;
    const sql = tx ?? this.database;
    const stem = (await this.find(owner, sql)) ?? (await this.choose(sql, owner, days));
    // What a transaction chose may be undone with it.
    return tx === undefined ? this.remember(owner, stem) : stem;
  }

  /** Null for an owner that never had one. */
  async find(owner: string, sql: Sql = this.database): Promise<string | null> {
    const [row] = await sql.query<{ stem: string }>({ name: 'default-stem', text: 'select stem from default_stem where owner = $1', values: [owner] });
    return row?.stem ?? null;
  }

  private async choose(sql: Sql, owner: string, days: readonly number[]): Promise<string> {
    const [local, withDomain, own] = stemsOf(owner);
    const candidates = (await this.belongsToAnother(sql, owner, local, days)) ? [withDomain, own] : [local, withDomain, own];
    for (const stem of candidates) {
      const [row] = await sql.query('insert into default_stem (owner, stem) values ($1, $2) on conflict do nothing returning stem', [owner, stem]);
      if (row !== undefined) return stem;
      // Somebody else may have chosen for the same owner meanwhile.
      const chosen = await this.find(owner, sql);
      if (chosen !== null) return chosen;
    }
    throw new Error(`no stem is left for owner ${owner}`);
  }

  /** Notifications that were brought along from Lemur may be what owners of one name shared. */
  private async belongsToAnother(sql: Sql, owner: string, stem: string, days: readonly number[]): Promise<boolean> {
    const rows = await this.notifications.byLabels(
      days.map((each) => defaultLabel(stem, each)),
      sql,
    );
    return rows.some(({ options }) => isSomebodyElses(owner, recipientsIn(options)));
  }

  private remember(owner: string, stem: string): string {
    if (this.known.size >= cachedStems) this.known.clear();
    this.known.set(owner, stem);
    return stem;
  }
}
