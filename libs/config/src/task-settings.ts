import { cronFault, findTask, taskNames, tasks } from '@sifaka/contracts';
import { z } from 'zod';
import { nearest } from './nearest.js';

/** What an installation says of one periodic task; what it leaves out is as the catalogue has it. */
const TaskSetting = z.strictObject({
  /** False: no schedule. It can still be run by hand. */
  enabled: z.boolean().optional(),
  /** Five cron fields, UTC. */
  schedule: z.string().max(256).optional(),
  timeLimitSeconds: z.int().min(1).max(86_400).optional(),
});
export type TaskSetting = z.output<typeof TaskSetting>;

/** By the name that the catalogue has, however it was spelled. */
export type TaskSettings = Readonly<Record<string, TaskSetting>>;

export const TaskSettings = z
  .record(z.string(), TaskSetting)
  .default({})
  .superRefine((given, context) => {
    for (const { path, message } of faultsOf(given)) context.addIssue({ code: 'custom', path, message });
  })
  .transform((given): TaskSettings => Object.fromEntries(Object.entries(given).map(([name, setting]) => [findTask(name)?.name ?? name, setting])));

interface Fault {
  path: string[];
  message: string;
}

function faultsOf(given: Record<string, TaskSetting>): Fault[] {
  const seen = new Map<string, string>();
  return Object.entries(given).flatMap(([spelling, { schedule }]): Fault[] => {
    const task = findTask(spelling);
    if (task === undefined) return [{ path: [spelling], message: unknown(spelling) }];
    const other = seen.get(task.name);
    if (other !== undefined) return [{ path: [spelling], message: `is the same task as ${other}: say it once` }];
    seen.set(task.name, spelling);
    if (schedule === undefined) return [];
    const path = [spelling, 'schedule'];
    if (task.requires.length > 0) return [{ path, message: `${task.name} asks for ${task.requires.join(', ')}, so it only runs when asked` }];
    const fault = cronFault(schedule);
    return fault === null ? [] : [{ path, message: `"${schedule.slice(0, 64)}" is no schedule: ${fault}` }];
  });
}

function unknown(spelling: string): string {
  const close = nearest(spelling, [...taskNames, ...tasks.flatMap(({ aliases }) => aliases)]);
  return `there is no task "${spelling.slice(0, 64)}"${close === undefined ? '' : `; did you mean "${close}"?`}`;
}
