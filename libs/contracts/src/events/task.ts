import { z } from 'zod';
import { event } from '../contract.js';
import { TaskReport } from '../rpc/status.js';
import { Timestamp } from '../values.js';

const TaskFacts = z.object({ name: z.string(), service: z.string(), startedAt: Timestamp, durationMs: z.int() });

export const taskSucceeded = event('sifaka.v1.task.succeeded', { source: 'every', summary: 'A periodic task ran to its end.', data: TaskFacts.extend({ report: TaskReport }) });
export const taskFailed = event('sifaka.v1.task.failed', { source: 'every', summary: 'A periodic task failed or was cut off at its time limit.', data: TaskFacts.extend({ error: z.string() }) });

export const taskEvents = [taskSucceeded, taskFailed] as const;
