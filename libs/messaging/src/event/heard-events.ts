import type { Database } from '@sifaka/database';
import { eventRetentionDays } from './stream.js';

/** What has gone wrong so far with one event at one subscription. */
export interface EventFault {
  /** How often it was tried in vain, as far as it could be written down. */
  times: number;
  /** Since when. */
  since: Date;
}

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
  async note(consumer: string, error: string, at: Date): Promise<void> {
    const text = `
      insert into job_status (name, last_started_at, last_error, last_error_at) values ($1, $3, $2, $3)
      on conflict (name) do update set last_started_at = excluded.last_started_at, last_error = excluded.last_error, last_error_at = excluded.last_error_at`;
    await this.database.query({ name: 'inbox-failure', text, values: [`event:${consumer}`, error, at] });
  }

  /** Leaves the same trace, and counts: a delivery that could not be noted, because the database was away, is none that was tried. */
  async noteFault(consumer: string, eventId: string, error: string, at: Date): Promise<EventFault> {
    await this.note(consumer, error, at);
    const text = `
      insert into event_fault (consumer, event_id, times, since) values ($1, $2, 1, $3)
      on conflict (consumer, event_id) do update set times = least(event_fault.times + 1, 30000) returning times, since`;
    const [fault] = await this.database.query<EventFault>({ name: 'event-fault', text, values: [consumer, eventId, at] });
    return fault ?? { times: 1, since: at };
  }

  /** Forgets what the stream itself no longer holds. Returns how many marks went. */
  async forget(): Promise<number> {
    const text = `
      with old as (select ctid from inbox where handled_at < now() - make_interval(days => $1) limit 10000)
      delete from inbox where ctid in (select ctid from old) returning 1`;
    const faults = `
      with old as (select ctid from event_fault where since < now() - make_interval(days => $1) limit 10000)
      delete from event_fault where ctid in (select ctid from old) returning 1`;
    const values = [eventRetentionDays + 1];
    return (await this.database.query(text, values)).length + (await this.database.query(faults, values)).length;
  }
}
