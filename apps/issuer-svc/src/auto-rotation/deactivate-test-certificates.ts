import { Inject, Injectable } from '@nestjs/common';
import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { isAppError, type Clock } from '@sifaka/kernel';
import { currentCall, Task, type TaskContext } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { setTimeout as delay } from 'node:timers/promises';
import { DeactivateCertificate } from '../certificate/revoke-certificate.js';

/** Frees the quota of Entrust's test accounts. Only authorities with the option `staging_account` are touched: elsewhere these would be outages. */
@Injectable()
export class DeactivateTestCertificates {
  constructor(
    private readonly database: Database,
    private readonly deactivating: DeactivateCertificate,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Task('deactivate_entrust_test_certificates')
  async run({ dryRun = false }: TaskArguments, { signal }: TaskContext): Promise<TaskReport> {
    const certificates = await this.database.query<{ id: number; name: string }>(testCertificatesSql, [this.clock.now()]);
    const report = { dryRun, found: certificates.length, deactivated: 0, failed: 0 };
    if (dryRun) return { ...report, certificates: certificates.slice(0, listed) };
    for (const { id, name } of certificates) {
      if (signal.aborted) break;
      try {
        await this.patiently(id, signal);
        report.deactivated += 1;
      } catch (error) {
        if (!isAppError(error)) throw error;
        this.logger.warn({ err: error, certificateId: id, name }, 'a test certificate could not be deactivated');
        report.failed += 1;
      }
    }
    return report;
  }

  /** Entrust counts requests: once more after the pause that it asks for. */
  private async patiently(id: number, signal: AbortSignal): Promise<void> {
    const call = currentCall();
    if (call === undefined) throw new Error('a task runs within a call');
    try {
      await this.deactivating.run({ id }, call);
    } catch (error) {
      if (!isAppError(error) || error.code !== 'rate_limited') throw error;
      await delay(Math.min(error.retryAfterMs ?? usualPauseMs, longestPauseMs), undefined, { signal });
      await this.deactivating.run({ id }, call);
    }
  }
}

const testCertificatesSql = `
  select c.id, c.name from certificate c join authority a on a.id = c.authority_id
  where a.plugin_slug = 'entrust-issuer' and not c.deleted and c.status is distinct from 'revoked' and c.not_after > $1::timestamptz
    and c.root_authority_id is null and json_typeof(a.options) = 'array'
    and not exists (select from certificate_log l where l.certificate_id = c.id and l.log_type = 'deactivate_cert')
    and exists (select from json_array_elements(a.options) o where o->>'name' = 'staging_account' and o->>'value' = 'true')
  order by c.id limit 10000`;

const usualPauseMs = 30_000;
const longestPauseMs = 300_000;
const listed = 50;
