import { newId } from '@sifaka/kernel';
import type { AuditActor, AuditEntry, Principal, ServiceName } from '@sifaka/contracts';
import { currentTraceId } from '@sifaka/observability';

export interface Audited {
  at: Date;
  /** The service that did it. */
  service: ServiceName;
  /** `<noun>.<past tense>` */
  action: string;
  object: { type: string; id: string | number; name?: string | null };
  /** What changed, without secrets. */
  details?: AuditEntry['details'];
}

/** What happened, by whom. Write it in the transaction of the change itself: `Outbox.record`, or `auditRows` in a statement of your own. */
export function auditEntry(by: Principal | { principal: Principal }, what: Audited): AuditEntry {
  return {
    id: newId(),
    at: what.at.toISOString(),
    service: what.service,
    action: what.action,
    actor: auditActor('principal' in by ? by.principal : by),
    object: { type: what.object.type, id: String(what.object.id), name: what.object.name ?? null },
    traceId: currentTraceId(),
    details: what.details ?? {},
  };
}

/**
 * Nine parallel arrays, in the order of
 * `insert into audit_entry (id, at, action, actor, object_type, object_id, object_name, trace_id, details) select * from
 * unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::jsonb[], $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[])`.
 */
export interface AuditRows {
  ids: string[];
  ats: string[];
  actions: string[];
  actors: string[];
  objectTypes: string[];
  objectIds: string[];
  objectNames: (string | null)[];
  traceIds: (string | null)[];
  details: string[];
}

export function auditRows(entries: readonly AuditEntry[]): AuditRows {
  return {
    ids: entries.map(({ id }) => id),
    ats: entries.map(({ at }) => at),
    actions: entries.map(({ action }) => action),
    actors: entries.map(({ actor }) => JSON.stringify(actor)),
    objectTypes: entries.map(({ object }) => object.type),
    objectIds: entries.map(({ object }) => object.id),
    objectNames: entries.map(({ object }) => object.name),
    traceIds: entries.map(({ traceId }) => traceId),
    details: entries.map(({ details }) => JSON.stringify(details)),
  };
}

function auditActor(principal: Principal): AuditActor {
  if (principal.kind === 'system') {
    return { kind: 'system', userId: null, name: principal.service, apiKeyId: null, sourceIp: null, userAgent: null };
  }
  const { userId, email, apiKeyId, sourceIp, userAgent } = principal;
  return { kind: 'user', userId, name: email, apiKeyId, sourceIp, userAgent };
}
