import { Injectable } from '@nestjs/common';
import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import { Task } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import { NotifyAuthorityExpirations } from './notify-authority-expirations.js';
import { NotifyDeployed } from './notify-deployed.js';
import { NotifyExpirations } from './notify-expirations.js';
import { SendExpirationSummary } from './send-expiration-summary.js';

type JobName = Parameters<typeof jobMetric>[0];

interface Context {
  readonly signal: AbortSignal;
}

/** The periodic tasks of notifications (domain-rules §17, §18). A run writes what is to be sent and ends; sending it is another matter. */
@Injectable()
export class ExpiryTasks {
  constructor(
    private readonly expirations: NotifyExpirations,
    private readonly authorities: NotifyAuthorityExpirations,
    private readonly summary: SendExpirationSummary,
    private readonly deployed: NotifyDeployed,
  ) {}

  @Task('notify_expirations')
  notifyExpirations(_arguments: TaskArguments, { signal }: Context): Promise<TaskReport> {
    return counted('expiration_notification_job', () => this.expirations.run(signal));
  }

  @Task('notify_authority_expirations')
  notifyAuthorities(_arguments: TaskArguments, { signal }: Context): Promise<TaskReport> {
    return counted('authority_expiration_notification_job', () => this.authorities.run(signal));
  }

  @Task('send_security_expiration_summary')
  sendSummary(_arguments: TaskArguments, { signal }: Context): Promise<TaskReport> {
    return counted('security_expiration_notification_job', () => this.summary.run(signal));
  }

  @Task('notify_expiring_deployed_certificates')
  notifyDeployed(_arguments: TaskArguments, { signal }: Context): Promise<TaskReport> {
    return counted('notify_expiring_deployed_certificates_job', () => this.deployed.run(signal));
  }
}

function jobMetric(name: 'expiration_notification_job' | 'authority_expiration_notification_job' | 'security_expiration_notification_job' | 'notify_expiring_deployed_certificates_job', status: 'success' | 'failure'): void {
  measure.count(name, { status });
}

async function counted(name: JobName, run: () => Promise<TaskReport>): Promise<TaskReport> {
  try {
    const report = await run();
    jobMetric(name, 'success');
    return report;
  } catch (error) {
    jobMetric(name, 'failure');
    throw error;
  }
}
