import { hostname } from 'node:os';
import { measure } from '@sifaka/observability';

/** A run of a task. */
export interface MeasuredRun {
  task: string;
  /** The run's place in the queue. */
  id: string;
}

/** `stopped`: the service stopped, the run is taken up again. */
export type MeasuredOutcome = 'succeeded' | 'failed' | 'timed_out' | 'stopped';

/** Lemur's queue told of its tasks by these names, and dashboards know them. */
export function measureTaskStart(run: MeasuredRun): void {
  measure.time('celery.new_pending_task', 1, tagsOf(run));
}

/** @param error in words that hold no secret; null for a run that succeeded */
export function measureTaskEnd(run: MeasuredRun, outcome: MeasuredOutcome, error: string | null): void {
  switch (outcome) {
    case 'succeeded':
      measure.time('celery.successful_task', 1, tagsOf(run));
      measure.count('<task>.success', { task: run.task });
      return;
    case 'stopped':
      measure.time('celery.revoked_task', 1, tagsOf(run));
      return;
    case 'timed_out':
      measure.count('celery.timeout', { function: run.task });
      measure.time('celery.failed_task', 1, { ...tagsOf(run), error });
      return;
    case 'failed':
      measure.time('celery.failed_task', 1, { ...tagsOf(run), error });
  }
}

/** The queue is a table: who put the run there and who does it stand on the same machine for all that is known. */
const tagsOf = ({ task, id }: MeasuredRun) => ({ task_name: task, task_id: id, sender_hostname: thisHost, receiver_hostname: thisHost });

const thisHost = hostname();
