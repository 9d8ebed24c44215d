import type { Database } from '@sifaka/database';
import { eventRetentionDays } from './stream.js';

/** What each subscription of a service has heard, and what it gave up on. */
export class HeardEvents {
  constructor(private readonly database: Database) {}

  async has(consumer: string, eventId: string): Promise<boolean> {
    const text = 'select 1 from inbox where consumer = $1 and event_id = $2';
    return (await this.database.query({ name: 'inbox-has', text, values: [consumer, eventId] })).length > 0;
  }

  async add(consumer: string, eventId: string): Promise<void> {
    const text = 'insert into inbox (consumer, event_id) values ($1, $2) on conflict do nothing';
    await this.database.query({ name: 'inbox-add', text, values: [consumer, eventId] });
  }

  /** Leaves a trace among the jobs' states, where operators look. */
  async noteFailure(consumer: string, error: string, at: Date): Promise<void> {
    const text = `
      insert into job_status (name, last_started_at, last_error, last_error_at) values ($1, $3, $2, $3)
      on conflict (name) do update set last_started_at = excluded.last_started_at, last_error = excluded.last_error, last_error_at = excluded.last_error_at`;
    await this.database.query({ name: 'inbox-failure', text, values: [`event:${consumer}`, error, at] });
  }

  /** Forgets what the stream itself no longer holds. Returns how many marks went. */
  async forget(): Promise<number> {
    const text = `
      with old as (select ctid from inbox where handled_at < now() - make_interval(days => $1) limit 10000)
      delete from inbox where ctid in (select ctid from old) returning 1`;
    return (await this.database.query(text, [eventRetentionDays + 1])).length;
  }
}
