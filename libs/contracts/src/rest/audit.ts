import { z } from 'zod';
import { AuditEntry } from '../audit.js';
import { dateTime, text } from './field.js';
import { listQuery, listOf } from './list.js';
import { operation } from './operation.js';

export const AuditListQuery = z.object({
  count: listQuery.count,
  page: listQuery.page,
  cursor: listQuery.cursor,
  action: text(128).optional(),
  actor: text(255).optional(),
  objectType: text(100).optional(),
  objectId: text(255).optional(),
  since: dateTime().optional(),
  until: dateTime().optional(),
});

export const listAuditOperation = operation('listAudit', 'GET', '/audit', {
  tag: 'audit',
  summary: 'Every change and every sight of a key or credential on the whole platform, newest first',
  access: 'admin',
  query: AuditListQuery,
  response: listOf(AuditEntry),
});

export const auditOperations = [listAuditOperation] as const;
