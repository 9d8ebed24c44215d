import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { DeliveryRepository } from './delivery.repository.js';

const dayMs = 86_400_000;
/** Of a message that was sent, or given up. */
const keptDays = 90;
/** After the end of a certificate nobody tells of it any more; a clock that goes wrong for a while must not tell twice. */
const noticeDays = 365;
const batch = 2_000;

/** Keeps the tables of messages small. What was told already is remembered beyond the end of each certificate. */
@Injectable()
export class ForgetDeliveries {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveryRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Job('forget-deliveries', { cron: '41 3 * * *', timeLimitMs: 600_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const now = this.clock.now().getTime();
    while (!signal.aborted && (await this.deliveries.forget(new Date(now - keptDays * dayMs), batch)) > 0);
    const ended = new Date(now - noticeDays * dayMs);
    for (const table of ['notice', 'authority_notice']) while (!signal.aborted && (await this.forgetNotices(table, ended)) > 0);
    await this.database.query(`delete from target_pause where until < $1`, [new Date(now - dayMs)]);
  }

  private async forgetNotices(table: string, ended: Date): Promise<number> {
    const rows = await this.database.query(`delete from ${table} where ctid in (select ctid from ${table} where not_after < $1 limit ${batch}) returning certificate_id`, [ended]);
    return rows.length;
  }
}
