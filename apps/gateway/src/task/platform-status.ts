import { Injectable } from '@nestjs/common';
import { serviceNames, serviceStatus, type OutputOf, type ServiceName, type ServiceView, type TaskView, type UserPrincipal } from '@sifaka/contracts';
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

  async services(principal: UserPrincipal): Promise<ServiceView[]> {
    const answers = await this.gather(principal);
    return answers.map(({ name, answer }) => ({
      name,
      isAvailable: answer !== null,
      version: answer?.version ?? null,
      startedAt: answer?.startedAt ?? null,
    }));
  }

  /** In the order of the services, then by name. */
  async tasks(principal: UserPrincipal): Promise<TaskView[]> {
    const answers = await this.gather(principal);
    return answers.flatMap(({ name: service, answer }) => (answer?.jobs ?? []).map((job) => ({ ...job, name: `${service}.${job.name}`, service })));
  }

  private gather(principal: UserPrincipal): Promise<{ name: ServiceName; answer: Answer | null }[]> {
    return Promise.all(serviceNames.map(async (name) => ({ name, answer: await this.ask(name, principal).catch(noneWhileAway) })));
  }

  private async ask(name: ServiceName, principal: UserPrincipal): Promise<Answer> {
    if (name !== 'gateway') return this.rpc.call(serviceStatus[name], {}, { principal });
    return { version: productVersion, startedAt: this.startedAt, jobs: (await this.jobs.status()).map(statusView) };
  }
}

function noneWhileAway(error: unknown): null {
  if (isAppError(error) && error.code === 'unavailable') return null;
  throw error;
}
