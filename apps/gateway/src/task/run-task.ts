import { Injectable } from '@nestjs/common';
import { findTask, runServiceJob, serviceNames, type ServiceName, type TaskArguments, type UserPrincipal } from '@sifaka/contracts';
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

  /**
   * Queues a task, or a job of any service, for now, unless the same waits or runs already.
   *
   * @returns its name
   * @throws AppError not_found; invalid_argument for what it does not take; unavailable while its service is away.
   */
  async run(name: string, args: TaskArguments, principal: UserPrincipal): Promise<string> {
    const { service, job, listed } = placeOf(name);
    await this.queue(service, job, args, principal);
    const object = { type: 'task', id: listed, name: listed };
    await this.changes.record(this.database, principal, [{ action: 'task.requested', object, details: { ...args } }]);
    return listed;
  }

  private async queue(service: ServiceName, name: string, args: TaskArguments, principal: UserPrincipal): Promise<void> {
    if (service === 'gateway') return this.jobs.runNow(name, args);
    await this.rpc.call(runServiceJob[service], { name, arguments: args }, { principal });
  }
}

/** Who does it, by which name, and the name that it is listed by. */
function placeOf(name: string): { service: ServiceName; job: string; listed: string } {
  const task = findTask(name);
  if (task !== undefined) return { service: task.service, job: task.name, listed: task.name };
  const [prefix = '', ...rest] = name.split('.');
  const service = serviceNames.find((known) => known === prefix);
  const job = rest.join('.');
  if (service !== undefined && job !== '' && job.length <= maxJobName) return { service, job, listed: name };
  throw new AppError('not_found', `there is no task "${name}": GET /tasks lists tasks by name, and other jobs as <service>.<job>`);
}

/** As the contract of the services has it. */
const maxJobName = 64;
