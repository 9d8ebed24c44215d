import { findTask, TaskArguments } from '@sifaka/contracts';
import { define, type JobDefinition, type TaskMethod } from './job.js';

/**
 * Makes a provider's method the periodic task that the catalogue knows by this name, with the schedule and time limit that stand
 * there unless configured otherwise. Like a job it must bear repetition; what it returns is kept as its report.
 */
export function Task(name: string) {
  const task = findTask(name);
  if (task?.name !== name) throw new Error(`the catalogue knows no task "${name}"`);
  return <M extends TaskMethod>(target: object, _key: string, descriptor: TypedPropertyDescriptor<M>): void => {
    const method = descriptor.value;
    if (method === undefined) throw new Error('@Task stands on a method');
    const run: JobDefinition['run'] = async (self, payload, context) =>
      (await method.call(self, TaskArguments.parse(payload.arguments ?? {}), context)) ?? undefined;
    define(target, { name, task, run, timeLimitMs: task.timeLimitSeconds * 1_000, ...(task.cron !== null && { cron: task.cron }) });
  };
}
