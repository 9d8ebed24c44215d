import type { Database } from '@sifaka/database';

/** The audit entries of one service. They are gathered in one log elsewhere; here they stay for a while, and are never changed. */
export class AuditEntries {
  constructor(
    private readonly database: Database,
    private readonly retentionDays: number,
  ) {}

  /** Removes a batch of what is older than the retention. Returns how many entries went. */
  async forget(): Promise<number> {
    const text = `
      with old as (select ctid from audit_entry where at < now() - make_interval(days => $1) order by at limit 10000)
      delete from audit_entry where ctid in (select ctid from old) returning 1`;
    return (await this.database.query(text, [this.retentionDays])).length;
  }
}
