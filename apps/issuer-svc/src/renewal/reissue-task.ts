import { Inject, Injectable } from '@nestjs/common';
import { timestamp, type Clock } from '@sifaka/kernel';
import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { Task, type TaskContext } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import { CLOCK } from '@sifaka/runtime';
import { RenewDue } from './renew-due.js';

/** Lemur's task: its schedule takes what is due, a person everything whose window is open. */
@Injectable()
export class ReissueTask {
  constructor(
    private readonly due: RenewDue,
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Task('certificate_reissue')
  async run({ dryRun = false }: TaskArguments, { signal, trigger }: TaskContext): Promise<TaskReport> {
    const requestedAt = trigger === 'request' ? this.clock.now() : null;
    try {
      const report = dryRun ? await this.rehearse(requestedAt !== null, signal) : await this.perform(requestedAt, signal);
      measure.count('certificate_reissue_job', { status: 'success' });
      return report;
    } catch (error) {
      measure.count('certificate_reissue_job', { status: 'failure' });
      throw error;
    }
  }

  private async perform(requestedAt: Date | null, signal: AbortSignal): Promise<TaskReport> {
    const counts = await this.due.run(this.clock, { signal, patienceMs, requestedAt });
    const [open] = await this.open(requestedAt !== null, 0);
    return { dryRun: false, ...counts, waiting: open?.total ?? 0 };
  }

  private async rehearse(isByRequest: boolean, signal: AbortSignal): Promise<TaskReport> {
    await this.due.prepare(this.clock, signal);
    const rows = await this.open(isByRequest, listed);
    const certificates = rows.flatMap(({ id, name, commonName, authority, notAfter, reason }) => (id === null || notAfter === null ? [] : [{ id, name, commonName, authority, notAfter: timestamp(notAfter), reason }]));
    return { dryRun: true, wouldRenew: rows[0]?.total ?? 0, certificates };
  }

  /** At least one row, for the total. */
  private open(isByRequest: boolean, limit: number): Promise<OpenRow[]> {
    return this.database.query<OpenRow & Record<string, unknown>>(openSql, [this.clock.now(), isByRequest, limit]);
  }
}

interface OpenRow {
  total: number;
  id: number | null;
  name: string | null;
  commonName: string | null;
  authority: string | null;
  notAfter: Date | null;
  reason: string | null;
}

const openSql = `
  with open as (
    select r.certificate_id, r.soft_deadline, r.reason, r.authority_id from certificate_renewal r
    where r.state = 'waiting' and r.authority_id is not null and case when $2 then r.window_start else r.next_try_at end <= $1
  ),
  first as (select * from open order by soft_deadline, certificate_id limit $3)
  select (select count(*)::int from open) as total, c.id, c.name, c.cn as "commonName", a.name as authority, c.not_after as "notAfter", f.reason
  from (select 1) as one left join first f on true left join certificate c on c.id = f.certificate_id left join authority a on a.id = f.authority_id
  order by f.soft_deadline, f.certificate_id`;

/** In a report. */
const listed = 50;
/** The task's time limit, less what an authority may take for its last answer. */
const patienceMs = 3_300_000;
