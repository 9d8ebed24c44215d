import { z } from 'zod';
import { command, query, type RpcContract } from '../contract.js';
import type { ServiceName } from '../service.js';
import { Timestamp } from '../values.js';
import { PluginList } from './plugin.js';

/** A background job of a service: what it is, when it last ran and how that went. */
export const JobStatus = z.object({
  name: z.string(),
  cron: z.string().nullable(),
  lastStartedAt: Timestamp.nullable(),
  lastSuccessAt: Timestamp.nullable(),
  lastError: z.string().nullable(),
  lastErrorAt: Timestamp.nullable(),
  lastDurationMs: z.int().nullable(),
  nextRunAt: Timestamp.nullable(),
});
export type JobStatus = z.output<typeof JobStatus>;

const ServiceStatus = z.object({ service: z.string(), version: z.string(), startedAt: Timestamp, jobs: z.array(JobStatus) });

type RemoteService = Exclude<ServiceName, 'gateway'>;

const statusOf = (service: RemoteService) =>
  query(`rpc.${service}.service.status`, { input: z.object({}), output: ServiceStatus, callers: ['gateway'] });

const runJobOf = (service: RemoteService) =>
  command(`rpc.${service}.job.run`, {
    input: z.object({ name: z.string().max(64) }),
    output: z.object({ name: z.string() }),
    callers: ['gateway'],
    codes: ['not_found'],
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
