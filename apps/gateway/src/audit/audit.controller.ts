import { Controller } from '@nestjs/common';
import { listAuditOperation, type RequestFor, type ResponseFor } from '@sifaka/contracts';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { AuditLogRepository } from './audit-log.repository.js';

@Controller()
export class AuditController {
  constructor(private readonly log: AuditLogRepository) {}

  @Serves(listAuditOperation)
  list({ query }: RequestFor<typeof listAuditOperation>): Promise<ResponseFor<typeof listAuditOperation>> {
    const { since, until } = query;
    return this.log.list({
      action: query.action ?? null,
      actor: query.actor ?? null,
      objectType: query.objectType ?? null,
      objectId: query.objectId ?? null,
      since: since === undefined ? null : new Date(since),
      until: until === undefined ? null : new Date(until),
      window: windowOf(query),
    });
  }
}
