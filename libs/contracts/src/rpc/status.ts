import { z } from 'zod';
import { command, query, type RpcContract } from '../contract.js';
import type { ServiceName } from '../service.js';
import { Id, Timestamp } from '../values.js';
import { PluginList } from './plugin.js';

/** Counts and, of dry runs, what would be done; a few lines, never a whole inventory. */
export const TaskReport = z.record(z.string(), z.json());
export type TaskReport = z.output<typeof TaskReport>;

/** What a run is asked for beyond its name. */
export const TaskArguments = z.object({
  /** True: says what would be done. False: does it, also where the schedule only reports. */
  dryRun: z.boolean().optional(),
  region: z.string().min(1).max(64).optional(),
  label: z.string().min(1).max(64).optional(),
  id: Id.optional(),
});
export type TaskArguments = z.output<typeof TaskArguments>;

/** A background job of a service: what it is, when it last ran and how that went. */
export const JobStatus = z.object({
  name: z.string(),
  /** What it does; null for work of the house, whose name says enough. */
  summary: z.string().nullable(),
  /** Five cron fields, UTC; null: only when asked, or switched off. */
  cron: z.string().nullable(),
  /** False: the configuration switched its schedule off. It can still be run. */
  isEnabled: z.boolean(),
  timeLimitMs: z.int(),
  /** Some replica works on it now. */
  isRunning: z.boolean(),
  lastStartedAt: Timestamp.nullable(),
  /** Who wanted the last run: its schedule, or somebody by `run`. */
  lastTrigger: z.enum(['schedule', 'request']).nullable(),
  /** When its work was last done; a dry run by request does none. */
  lastSuccessAt: Timestamp.nullable(),
  /** When the last run ended, whatever it was. */
  lastEndedAt: Timestamp.nullable().default(null),
  /** The last run that ended was a dry run by request. */
  isDryRun: z.boolean().default(false),
  lastError: z.string().nullable(),
  lastErrorAt: Timestamp.nullable(),
  lastDurationMs: z.int().nullable(),
  nextRunAt: Timestamp.nullable(),
  /** What the last run that succeeded reported of itself. */
  lastReport: TaskReport.nullable(),
});
export type JobStatus = z.output<typeof JobStatus>;

const ServiceStatus = z.object({ service: z.string(), version: z.string(), startedAt: Timestamp, jobs: z.array(JobStatus) });

type RemoteService = Exclude<ServiceName, 'gateway'>;

const statusOf = (service: RemoteService) =>
  query(`rpc.${service}.service.status`, { input: z.object({}), output: ServiceStatus, callers: ['gateway'] });

const runJobOf = (service: RemoteService) =>
  command(`rpc.${service}.job.run`, {
    input: z.object({ name: z.string().max(96), arguments: TaskArguments.default({}) }),
    output: z.object({ name: z.string() }),
    callers: ['gateway'],
    codes: ['not_found', 'failed_precondition'],
  });

const pluginsOf = (service: 'acme' | 'discovery' | 'deploy' | 'notify') =>
  query(`rpc.${service}.plugin.list`, { input: z.object({}), output: PluginList, callers: ['gateway'] });

/** Every service answers for itself: version, start and jobs. */
export const serviceStatus = {
  issuer: statusOf('issuer'),
  keyvault: statusOf('keyvault'),
  acme: statusOf('acme'),
  discovery: statusOf('discovery'),
  deploy: statusOf('deploy'),
  notify: statusOf('notify'),
};

/** Runs a job of a service now. */
export const runServiceJob = {
  issuer: runJobOf('issuer'),
  keyvault: runJobOf('keyvault'),
  acme: runJobOf('acme'),
  discovery: runJobOf('discovery'),
  deploy: runJobOf('deploy'),
  notify: runJobOf('notify'),
};

/** Plugin catalogues of the services that host plugins. */
export const listServicePlugins = {
  acme: pluginsOf('acme'),
  discovery: pluginsOf('discovery'),
  deploy: pluginsOf('deploy'),
  notify: pluginsOf('notify'),
};

export const statusContracts: readonly RpcContract[] = [
  ...Object.values(serviceStatus),
  ...Object.values(runServiceJob),
  ...Object.values(listServicePlugins),
];
