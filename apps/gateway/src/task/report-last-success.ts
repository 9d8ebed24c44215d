import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Principal, TaskArguments, TaskReport, TaskView } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { Task } from '@sifaka/messaging';
import { measure, observe } from '@sifaka/observability';
import { CLOCK } from '@sifaka/runtime';
import { isTaskOf, PlatformStatus } from './platform-status.js';

interface Reading {
  at: number;
  tasks: readonly { service: string; task: string; succeededAt: number }[];
}

/** Measures how long ago each task with a schedule last succeeded. One that ran and never did counts from 1970, as in Lemur: that is an alarm. */
@Injectable()
export class ReportLastSuccess implements OnApplicationShutdown {
  private reading: Reading = { at: 0, tasks: [] };
  private readonly endObserving: () => void;

  constructor(
    private readonly platform: PlatformStatus,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.endObserving = observe('sifaka_task_time_since_last_success_seconds', 'Seconds since a task with a schedule last succeeded', () => this.ages());
  }

  onApplicationShutdown(): void {
    this.endObserving();
  }

  @Task('report_celery_last_success_metrics')
  async run(_args: TaskArguments): Promise<TaskReport> {
    const tasks = (await this.platform.tasks(self)).filter(isMeasured).map(readingOf);
    const at = this.clock.now().getTime();
    this.reading = { at, tasks };
    for (const { task, succeededAt } of tasks) measure.gauge('<task>.time_since_last_success', age(at, succeededAt), { task });
    return { measured: tasks.length, neverSucceeded: tasks.filter(({ succeededAt }) => succeededAt === 0).map(({ task }) => task) };
  }

  /** Another replica may have had the last run: what this one knows is then left to grow old in silence, not to be taken for the present. */
  private ages(): { value: number; labels: { service: string; task: string } }[] {
    const now = this.clock.now().getTime();
    if (Math.abs(now - this.reading.at) > freshMs) return [];
    return this.reading.tasks.map(({ service, task, succeededAt }) => ({ value: age(now, succeededAt), labels: { service, task } }));
  }
}

function isMeasured({ name, service, cron, lastStartedAt }: TaskView): boolean {
  return cron !== null && lastStartedAt !== null && isTaskOf(service, name);
}

function readingOf({ name, service, lastSuccessAt }: TaskView) {
  return { service, task: name, succeededAt: lastSuccessAt === null ? 0 : new Date(lastSuccessAt).getTime() };
}

/** Seconds; a success of a clock that was set back since is of now. */
const age = (now: number, succeededAt: number): number => Math.max(0, Math.round((now - succeededAt) / 1_000));

/** Two of its runs. */
const freshMs = 150_000;

const self: Principal = { kind: 'system', service: 'gateway' };
