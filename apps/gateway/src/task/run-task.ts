import { Injectable } from '@nestjs/common';
import { runServiceJob, serviceNames, type ServiceName, type UserPrincipal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Jobs, RpcClient } from '@sifaka/messaging';
import { ChangeLog } from '../audit/change-log.js';

@Injectable()
export class RunTask {
  constructor(
    private readonly rpc: RpcClient,
    private readonly jobs: Jobs,
    private readonly database: Database,
    private readonly changes: ChangeLog,
  ) {}

  /** Queues a job of any service for now, unless it waits already. @throws AppError not_found; unavailable while its service is away. */
  async run(name: string, principal: UserPrincipal): Promise<void> {
    const [prefix = '', ...rest] = name.split('.');
    const service = serviceNames.find((known) => known === prefix);
    const job = rest.join('.');
    if (service === undefined || job === '' || job.length > maxJobName)
      throw new AppError('not_found', `there is no task "${name}": tasks are named <service>.<job>, as GET /tasks lists them`);
    await this.queue(service, job, principal);
    const object = { type: 'task', id: name, name };
    await this.changes.record(this.database, principal, [{ action: 'task.requested', object }]);
  }

  private async queue(service: ServiceName, job: string, principal: UserPrincipal): Promise<void> {
    if (service === 'gateway') return this.jobs.runNow(job);
    await this.rpc.call(runServiceJob[service], { name: job }, { principal });
  }
}

/** As the contract of the services has it. */
const maxJobName = 64;
