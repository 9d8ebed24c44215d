import { Inject, Injectable } from '@nestjs/common';
import { auditRecorded, type EventDataOf } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { Job, OnEvent, type JobPayload, type JobContext } from '@sifaka/messaging';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { GatewayConfig } from '../gateway.config.js';
import { AuditLogRepository } from './audit-log.repository.js';

/** Gathers what every service did into one log, and lets go of what is older than the retention. */
@Injectable()
export class GatherAudit {
  constructor(
    private readonly log: AuditLogRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @OnEvent(auditRecorded, { durable: 'audit-log', isIdempotent: true })
  async gather(entry: EventDataOf<typeof auditRecorded>): Promise<void> {
    await this.log.gather(entry);
  }

  @Job('prune-audit-log', { cron: '17 3 * * *', timeLimitMs: 600_000 })
  async prune(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const days = this.config.auditRetentionDays;
    if (days === undefined) return;
    const limitAt = new Date(this.clock.now().getTime() - days * 86_400_000);
    while (!signal.aborted && (await this.log.prune(limitAt)) > 0);
  }
}
