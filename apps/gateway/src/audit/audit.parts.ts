import { AuditLogRepository } from './audit-log.repository.js';
import { AuditController } from './audit.controller.js';
import { ChangeLog } from './change-log.js';
import { GatherAudit } from './gather-audit.js';

export const auditControllers = [AuditController];

export const auditProviders = [AuditLogRepository, ChangeLog, GatherAudit];
