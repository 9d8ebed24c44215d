import { limits } from '@sifaka/kernel';
import { z } from 'zod';
import { command, query } from '../contract.js';
import { Id, Timestamp } from '../values.js';
import { Window } from './list.js';
import { PluginInput, PluginOption, PluginView } from './plugin.js';

/** Characters of a label, as in Lemur. */
export const sourceLabelLength = 32;

/** `partial`: something could not be read; what was hidden by that is left as it was. `interrupted` ones are taken up again. */
export const syncStates = ['queued', 'running', 'interrupted', 'succeeded', 'partial', 'failed'] as const;
export const SyncState = z.enum(syncStates);
export type SyncState = z.output<typeof SyncState>;

export const SyncCounts = z.object({
  certificatesFound: z.int(),
  /** Of these, new to the inventory. */
  certificatesNew: z.int(),
  certificatesLinked: z.int(),
  certificatesUnlinked: z.int(),
  certificatesRefused: z.int(),
  endpointsFound: z.int(),
  endpointsNew: z.int(),
  endpointsChanged: z.int(),
  endpointsExpired: z.int(),
  /** Their certificate is not known. */
  endpointsSkipped: z.int(),
  faults: z.int(),
});
export type SyncCounts = z.output<typeof SyncCounts>;

/** One look at a source. */
export const SyncRunRecord = z.object({
  id: Id,
  sourceId: Id,
  state: SyncState,
  trigger: z.enum(['schedule', 'request']),
  counts: SyncCounts,
  /** Why it failed; null otherwise. */
  error: z.string().nullable(),
  /** How often it was cut off and went on. */
  resumptions: z.int(),
  requestedAt: Timestamp,
  startedAt: Timestamp.nullable(),
  finishedAt: Timestamp.nullable(),
});
export type SyncRunRecord = z.output<typeof SyncRunRecord>;

/** Something that a run could not take over, and why. */
export const FindingRecord = z.object({ id: Id, kind: z.enum(['certificate', 'endpoint', 'fault']), what: z.string(), reason: z.string(), at: Timestamp });
export type FindingRecord = z.output<typeof FindingRecord>;

/** A place where certificates are found. Secret options are always null here, for whoever asks. */
export const SourceRecord = z.object({
  id: Id,
  label: z.string(),
  description: z.string(),
  /** Only an active one is looked at by schedule. */
  active: z.boolean(),
  /** Five cron fields, UTC; null: on request alone. */
  schedule: z.string().nullable(),
  /** Owner of what is found there and names no other. */
  owner: z.string(),
  options: z.array(PluginOption),
  plugin: PluginView.omit({ pluginOptions: true }),
  /** End of the last run that read everything. */
  lastRun: Timestamp.nullable(),
  lastSync: SyncRunRecord.nullable(),
  nextRunAt: Timestamp.nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type SourceRecord = z.output<typeof SourceRecord>;

const settings = {
  label: z.string().min(1).max(sourceLabelLength),
  description: z.string().max(1_024),
  plugin: PluginInput,
  active: z.boolean(),
  /** Undefined: the default of new sources, or as it was. Null: on request alone. */
  schedule: z.string().max(64).nullable().optional(),
  owner: z.string().max(128),
  ownerRoleId: Id,
};

const setupCodes = ['permission_denied', 'failed_precondition', 'already_exists', 'upstream_failed', 'upstream_timeout', 'rate_limited'] as const;

/** Tries it at the other side before it is kept. */
export const createSource = command('rpc.discovery.source.create', {
  input: z.object(settings),
  output: SourceRecord,
  callers: ['gateway'],
  codes: setupCodes,
  timeoutMs: 28_000,
});

/** Replaces everything; a secret option whose value is null stays what it is. New options are tried first. */
export const updateSource = command('rpc.discovery.source.update', {
  input: z.object({ id: Id, ...settings }),
  output: SourceRecord,
  callers: ['gateway'],
  codes: [...setupCodes, 'not_found', 'conflict'],
  idempotent: true,
  timeoutMs: 28_000,
});

/**
 * Makes the source that watches the place which a destination fills, unless one with this plugin and these options is there
 * (domain-rules DE-7). `isDryRun`: only says whether that would work.
 */
export const ensureSource = command('rpc.discovery.source.ensure', {
  input: z.object({
    label: settings.label,
    description: settings.description,
    slug: z.string().max(64),
    options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    owner: settings.owner,
    ownerRoleId: Id,
    isDryRun: z.boolean(),
  }),
  /** Null: only tried. */
  output: z.object({ sourceId: Id.nullable() }),
  callers: ['gateway'],
  codes: ['permission_denied', 'already_exists', 'failed_precondition'],
  idempotent: true,
});

/** What it found stays in the inventory, and its endpoints stay without a source (domain-rules DM-3, SY-12). */
export const deleteSource = command('rpc.discovery.source.delete', {
  input: z.object({ id: Id }),
  output: z.object({ isDeleted: z.boolean() }),
  callers: ['gateway'],
  codes: ['permission_denied'],
  idempotent: true,
});

export const listSources = query('rpc.discovery.source.list', {
  input: z.object({ window: Window, filter: z.string().max(1_024).nullable(), ids: z.array(Id).max(1_000).nullable() }),
  output: z.object({ items: z.array(SourceRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
  codes: ['invalid_argument'],
});

export const getSource = query('rpc.discovery.source.get', {
  input: z.object({ id: Id }),
  output: SourceRecord,
  callers: ['gateway'],
  codes: ['not_found'],
});

/** In which sources certificates were found, for views. */
export const findSightings = query('rpc.discovery.source.find', {
  input: z.object({ certificateIds: z.array(Id).min(1).max(limits.listCount) }),
  output: z.object({ sources: z.array(SourceRecord), sightings: z.array(z.object({ certificateId: Id, sourceId: Id })) }),
  callers: ['gateway'],
});

export const SourceTestReport = z.object({ isWorking: z.boolean(), detail: z.string(), durationMs: z.int() });
export type SourceTestReport = z.output<typeof SourceTestReport>;

export const testSource = command('rpc.discovery.source.test', {
  input: z.object({ id: Id }),
  output: SourceTestReport,
  callers: ['gateway'],
  codes: ['permission_denied', 'not_found'],
  timeoutMs: 28_000,
});

/** The same for one that is not kept yet. */
export const trySource = command('rpc.discovery.source.try', {
  input: z.object({ plugin: PluginInput }),
  output: SourceTestReport,
  callers: ['gateway'],
  codes: ['permission_denied'],
  timeoutMs: 28_000,
});

/** Looks now. A run that waits or is under way is the answer, instead of another one. Also for an inactive source: somebody asked. */
export const syncSource = command('rpc.discovery.source.sync', {
  input: z.object({ id: Id }),
  output: SyncRunRecord,
  callers: ['gateway'],
  codes: ['permission_denied', 'not_found'],
  idempotent: true,
});

export const listSyncRuns = query('rpc.discovery.source.runs', {
  input: z.object({ sourceId: Id, window: Window }),
  output: z.object({ items: z.array(SyncRunRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
  codes: ['not_found'],
});

export const listFindings = query('rpc.discovery.source.findings', {
  input: z.object({ sourceId: Id, runId: Id, window: Window }),
  output: z.object({ items: z.array(FindingRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
  codes: ['not_found'],
});

export const sourceContracts = [
  createSource,
  updateSource,
  ensureSource,
  deleteSource,
  listSources,
  getSource,
  findSightings,
  testSource,
  trySource,
  syncSource,
  listSyncRuns,
  listFindings,
] as const;
