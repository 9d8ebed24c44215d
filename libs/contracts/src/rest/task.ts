import { z } from 'zod';
import { JobStatus } from '../rpc/status.js';
import { serviceNames } from '../service.js';
import { Timestamp } from '../values.js';
import { bool, int, text } from './field.js';
import { listOf } from './list.js';
import { operation } from './operation.js';

/** A background job of any service. `name` is unique on the platform: a task's own, or the service, a dot, and the job. */
export const TaskView = JobStatus.extend({ service: z.enum(serviceNames) });
export type TaskView = z.output<typeof TaskView>;

/** A service as it answers for itself; one that does not answer now has no version and no start. */
export const ServiceView = z.object({
  name: z.enum(serviceNames),
  isAvailable: z.boolean(),
  version: z.string().nullable(),
  startedAt: Timestamp.nullable(),
});
export type ServiceView = z.output<typeof ServiceView>;

/** May be left out altogether. */
export const RunTaskInput = z.object({ dryRun: bool().optional(), region: text(64).optional(), label: text(64).optional(), id: int({ min: 1 }).optional() });

export const listTasksOperation = operation('listTasks', 'GET', '/tasks', {
  tag: 'tasks',
  summary: 'Background jobs of all services that answer: last run, last success, last error, next run',
  access: 'admin',
  query: z.object({ service: text(32).optional() }),
  response: listOf(TaskView),
});
export const runTaskOperation = operation('runTask', 'POST', '/tasks/{name}/run', {
  tag: 'tasks',
  summary: 'Run a task now, for example certificate_reissue or issuer.reconcile-keyvault; the answer does not wait for its end',
  access: 'admin',
  guardsFirst: true,
  params: z.object({ name: z.string().max(96) }),
  body: RunTaskInput,
  isBodyOptional: true,
  response: z.object({ name: z.string() }),
  errors: [404, 412],
});
export const getStatusOperation = operation('getStatus', 'GET', '/status', {
  tag: 'tasks',
  summary: 'Every service of the platform: whether it answers, its version and its last start',
  access: 'admin',
  response: listOf(ServiceView),
});

export const taskOperations = [listTasksOperation, runTaskOperation, getStatusOperation] as const;
