import { AppError } from '@sifaka/kernel';
import { auditRecorded, type AuditEntry, type ServiceName } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { auditRows } from '../audit/audit.js';
import { eventSource, newEvent, type NewEvent } from './cloud-event.js';
import { maxEventBytes } from './stream.js';

/** Three parallel arrays for `insert into outbox (id, subject, payload) select * from unnest($1::uuid[], $2::text[], $3::jsonb[])`. */
export interface OutboxRows {
  ids: string[];
  subjects: string[];
  payloads: string[];
}

/** Where events are put, in the same statement or transaction as the change they tell of. */
export class Outbox {
  private wakeRelay: () => void = () => undefined;

  constructor(private readonly service: ServiceName) {}

  /** Parameters for a statement of your own that writes the change and its events at once. */
  rows(events: readonly NewEvent[]): OutboxRows {
    const foreign = events.find(({ envelope }) => envelope.source !== eventSource(this.service));
    if (foreign !== undefined) throw bug(`${this.service} may not publish ${foreign.subject}`);
    // The relay runs in this process and looks a few milliseconds later, again and again until it finds the committed rows.
    this.wakeRelay();
    return outboxRows(events);
  }

  /** Writes events through the transaction of the change. */
  async append(tx: Sql, events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { ids, subjects, payloads } = this.rows(events);
    await tx.query({ name: 'outbox-append', text: appendSql, values: [ids, subjects, payloads] });
  }

  /** Writes audit entries, the events that tell of them, and further events, in one statement. */
  async record(tx: Sql, entries: readonly AuditEntry[], events: readonly NewEvent[] = []): Promise<void> {
    if (entries.length === 0) return this.append(tx, events);
    const { ids, subjects, payloads } = this.rows([...events, ...auditEvents(this.service, entries)]);
    const audit = auditRows(entries);
    await tx.query({
      name: 'outbox-record',
      text: recordSql,
      values: [
        ids,
        subjects,
        payloads,
        audit.ids,
        audit.ats,
        audit.actions,
        audit.actors,
        audit.objectTypes,
        audit.objectIds,
        audit.objectNames,
        audit.traceIds,
        audit.details,
      ],
    });
  }

  /** The relay to wake when rows are on their way. */
  attach(wakeRelay: () => void): void {
    this.wakeRelay = wakeRelay;
  }
}

/** Checks sizes and serializes; prefer `Outbox.rows`, which also wakes the relay. */
export function outboxRows(events: readonly NewEvent[]): OutboxRows {
  const payloads = events.map(({ envelope }) => JSON.stringify(envelope));
  for (const [index, payload] of payloads.entries()) {
    if (Buffer.byteLength(payload) > maxEventBytes) throw bug(`event ${events[index]?.subject ?? ''} has more than ${maxEventBytes} bytes`);
  }
  return { ids: events.map(({ id }) => id), subjects: events.map(({ subject }) => subject), payloads };
}

/** The events that tell other services and systems of audit entries. */
export function auditEvents(service: ServiceName, entries: readonly AuditEntry[]): NewEvent[] {
  return entries.map((entry) =>
    newEvent(auditRecorded, entry, { at: new Date(entry.at), subject: `${entry.object.type}/${entry.object.id}`, service }),
  );
}

const appendSql = 'insert into outbox (id, subject, payload) select * from unnest($1::uuid[], $2::text[], $3::jsonb[])';

const recordSql = `
  with recorded as (
    insert into audit_entry (id, at, action, actor, object_type, object_id, object_name, trace_id, details)
    select * from unnest($4::uuid[], $5::timestamptz[], $6::text[], $7::jsonb[], $8::text[], $9::text[], $10::text[], $11::text[], $12::jsonb[])
  )
  ${appendSql}`;

function bug(text: string): AppError {
  return new AppError('internal', 'internal error', { cause: new Error(text) });
}
