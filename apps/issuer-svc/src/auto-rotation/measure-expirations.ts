import { Inject, Injectable } from '@nestjs/common';
import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { Task, type TaskContext } from '@sifaka/messaging';
import { ExpirationMeasurements, measure } from '@sifaka/observability';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';

interface Row {
  id: number;
  commonName: string | null;
  notAfter: Date;
  hasActiveEndpoints: boolean;
  isReplacement: boolean;
}

/** Measures the days that every valid certificate has left that nothing replaced. */
@Injectable()
export class MeasureExpirations {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {}

  @Task('certificate_expirations_metrics')
  async run(_args: TaskArguments, { signal }: TaskContext): Promise<TaskReport> {
    try {
      const measured = await this.all(signal);
      measure.count('expiration_metrics_job', { status: 'success' });
      return { measured };
    } catch (error) {
      measure.count('expiration_metrics_job', { status: 'failure' });
      throw error;
    }
  }

  private async all(signal: AbortSignal): Promise<number> {
    const now = this.clock.now();
    const { certificateExpiryWindowForMetrics: window } = this.config;
    const until = window === undefined ? null : new Date(now.getTime() + window * dayMs);
    const measurements = new ExpirationMeasurements();
    let measured = 0;
    let page: Row[] = [];
    do {
      const last = page.at(-1);
      page = await this.database.query<Row & Record<string, unknown>>({ name: 'expirations', text: pageSql, values: [now, until, last?.notAfter ?? now, last?.id ?? 0, pageLength] });
      for (const { notAfter, ...row } of page) await measurements.add({ ...row, daysLeft: Math.floor((notAfter.getTime() - now.getTime()) / dayMs) });
      measured += page.length;
    } while (page.length === pageLength && !signal.aborted);
    measurements.end();
    return measured;
  }
}

const pageSql = `
  select c.id, c.cn as "commonName", c.not_after as "notAfter",
    exists (select from certificate_attachment t where t.certificate_id = c.id and t.kind = 'endpoint' and t.is_attached) as "hasActiveEndpoints",
    exists (select from certificate_replacement r where r.certificate_id = c.id) as "isReplacement"
  from certificate c
  where (c.not_after, c.id) > ($3::timestamptz, $4::int) and c.not_after > $1::timestamptz and ($2::timestamptz is null or c.not_after <= $2::timestamptz)
    and not c.deleted and c.status is distinct from 'revoked' and not exists (select from certificate_replacement r where r.replaced_id = c.id)
  order by c.not_after, c.id limit $5`;

const dayMs = 86_400_000;
const pageLength = 1_000;
