import { Injectable } from '@nestjs/common';
import { findTask, serviceNames, serviceStatus, type OutputOf, type Principal, type ServiceName, type ServiceView, type TaskView } from '@sifaka/contracts';
import { isAppError } from '@sifaka/kernel';
import { Jobs, RpcClient } from '@sifaka/messaging';
import { productVersion, statusView } from '@sifaka/runtime';

type Answer = Pick<OutputOf<(typeof serviceStatus)['issuer']>, 'version' | 'startedAt' | 'jobs'>;

/** Asks every service for itself, all at once; whoever is away now is shown as away. */
@Injectable()
export class PlatformStatus {
  private readonly startedAt = new Date().toISOString();

  constructor(
    private readonly rpc: RpcClient,
    private readonly jobs: Jobs,
  ) {}

  async services(principal: Principal): Promise<ServiceView[]> {
    const answers = await this.gather(principal);
    return answers.map(({ name, answer }) => ({
      name,
      isAvailable: answer !== null,
      version: answer?.version ?? null,
      startedAt: answer?.startedAt ?? null,
    }));
  }

  /** Tasks by name, then the jobs of the services in their order. */
  async tasks(principal: Principal): Promise<TaskView[]> {
    const answers = await this.gather(principal);
    const all = answers.flatMap(({ name: service, answer }) => (answer?.jobs ?? []).map((job) => ({ service, job, isTask: isTaskOf(service, job.name) })));
    const tasks = all.filter(({ isTask }) => isTask).map(({ service, job }) => ({ ...job, service }));
    const jobs = all.filter(({ isTask }) => !isTask).map(({ service, job }) => ({ ...job, name: `${service}.${job.name}`, service }));
    return [...tasks.sort((one, other) => (one.name < other.name ? -1 : 1)), ...jobs];
  }

  private gather(principal: Principal): Promise<{ name: ServiceName; answer: Answer | null }[]> {
    return Promise.all(serviceNames.map(async (name) => ({ name, answer: await this.ask(name, principal).catch(noneWhileAway) })));
  }

  private async ask(name: ServiceName, principal: Principal): Promise<Answer> {
    if (name !== 'gateway') return this.rpc.call(serviceStatus[name], {}, { principal });
    return { version: productVersion, startedAt: this.startedAt, jobs: (await this.jobs.status()).map(statusView) };
  }
}

/** Whether a job of a service is a task of the catalogue. */
export function isTaskOf(service: ServiceName, job: string): boolean {
  const task = findTask(job);
  return task?.name === job && task.service === service;
}

function noneWhileAway(error: unknown): null {
  if (isAppError(error) && error.code === 'unavailable') return null;
  throw error;
}
