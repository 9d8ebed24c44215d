import { newId } from '@sifaka/kernel';
import type { AuditActor, AuditEntry, Principal } from '@sifaka/contracts';

export interface AuditDetails {
  at: Date;
  /** The service that did it. */
  service: string;
  /** `<noun>.<past tense>` */
  action: string;
  object: { type: string; id: string; name?: string | null };
  /** What changed, without secrets. */
  details?: AuditEntry['details'];
  traceId?: string | null;
}

/** Six parallel arrays for `insert into audit_entry` from `unnest`. */
export interface AuditRows {
  ids: string[];
  ats: string[];
  entries: string[];
}

/** What happened, by whom. Write it with the change itself. */
export function auditEntry(principal: Principal, what: AuditDetails): AuditEntry {
  return {
    id: newId(),
    at: what.at.toISOString(),
    service: what.service,
    action: what.action,
    actor: auditActor(principal),
    object: { type: what.object.type, id: what.object.id, name: what.object.name ?? null },
    traceId: what.traceId ?? null,
    details: what.details ?? {},
  };
}

export function auditRows(entries: readonly AuditEntry[]): AuditRows {
  return {
    ids: entries.map(({ id }) => id),
    ats: entries.map(({ at }) => at),
    entries: entries.map((entry) => JSON.stringify(entry)),
  };
}

function auditActor(principal: Principal): AuditActor {
  if (principal.kind === 'system') {
    return { kind: 'system', userId: null, name: principal.service, apiKeyId: null, sourceIp: null, userAgent: null };
  }
  const { userId, email, apiKeyId, sourceIp, userAgent } = principal;
  return { kind: 'user', userId, name: email, apiKeyId, sourceIp, userAgent };
}
