import type { NewEvent } from './cloud-event.js';

/** Whatever runs one SQL statement: the database, or a transaction of it. */
export interface Statements {
  query(sql: string, params?: unknown[]): Promise<unknown>;
}

/** Three parallel arrays for `insert into outbox (id, subject, payload) select * from unnest($1::uuid[], $2::text[], $3::jsonb[])`. */
export interface OutboxRows {
  ids: string[];
  subjects: string[];
  payloads: string[];
}

/** Where events are put, in the same statement or transaction as the change they tell of. */
export class Outbox {
  /** Parameters for a statement of your own that writes the change and its events at once; wakes the relay. */
  rows(events: readonly NewEvent[]): OutboxRows {
    return outboxRows(events);
  }

  /** Writes events through the transaction of the change. */
  async append(tx: Statements, events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { ids, subjects, payloads } = this.rows(events);
    await tx.query(appendSql, [ids, subjects, payloads]);
  }
}

export function outboxRows(events: readonly NewEvent[]): OutboxRows {
  return {
    ids: events.map(({ id }) => id),
    subjects: events.map(({ subject }) => subject),
    payloads: events.map(({ envelope }) => JSON.stringify(envelope)),
  };
}

const appendSql = 'insert into outbox (id, subject, payload) select * from unnest($1::uuid[], $2::text[], $3::jsonb[])';
