import type { AuditEntry } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';

export interface AuditRow {
  id: string;
  at: Date;
  service: string;
  action: string;
  actorKind: string;
  actorUserId: number | null;
  actorName: string;
  actorApiKeyId: number | null;
  sourceIp: string | null;
  userAgent: string | null;
  objectType: string;
  objectId: string;
  objectName: string | null;
  traceId: string | null;
  details: AuditEntry['details'];
}

export type AuditRecord = AuditEntry;

export function auditRecordOf(row: AuditRow): AuditRecord {
  return {
    id: row.id,
    at: timestamp(row.at),
    service: row.service,
    action: row.action,
    actor: {
      kind: row.actorKind === 'system' ? 'system' : 'user',
      userId: row.actorUserId,
      name: row.actorName,
      apiKeyId: row.actorApiKeyId,
      sourceIp: row.sourceIp,
      userAgent: row.userAgent,
    },
    object: { type: row.objectType, id: row.objectId, name: row.objectName },
    traceId: row.traceId,
    details: row.details,
  };
}
