import { limits } from '@sifaka/kernel';
import { z } from 'zod';
import { command, query } from '../contract.js';
import { Id, Timestamp } from '../values.js';
import { Window } from './list.js';
import { PluginInput, PluginOption, PluginView } from './plugin.js';

/** Characters of a label, as in Lemur. */
export const destinationLabelLength = 32;

/** A place where certificates are put. Secret options are always null here, for whoever asks. */
export const DestinationRecord = z.object({
  id: Id,
  label: z.string(),
  description: z.string(),
  /** Definitions of the plugin's options with the values of this destination. */
  options: z.array(PluginOption),
  plugin: PluginView.omit({ pluginOptions: true }),
  /** The source that watches the place which it fills; see `SourceTwin` of the plugin SDK. */
  sourceTwin: z.object({ slug: z.string(), options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])) }).nullable().default(null),
  /** Since then it is cleaned, to be deleted, and nothing is attached to it; null: nobody deletes it. */
  deletingSince: Timestamp.nullable().default(null),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type DestinationRecord = z.output<typeof DestinationRecord>;

const settings = {
  label: z.string().min(1).max(destinationLabelLength),
  description: z.string().max(1_024),
  plugin: PluginInput,
};

const setupCodes = ['permission_denied', 'failed_precondition', 'upstream_failed', 'upstream_timeout', 'rate_limited'] as const;

/** Tries it at the other side before it is kept. */
export const createDestination = command('rpc.deploy.destination.create', {
  input: z.object(settings),
  output: DestinationRecord,
  callers: ['gateway'],
  codes: setupCodes,
  timeoutMs: 28_000,
});

/** Replaces everything; a secret option whose value is null stays what it is. New options are tried first. */
export const updateDestination = command('rpc.deploy.destination.update', {
  input: z.object({ id: Id, ...settings }),
  output: DestinationRecord,
  callers: ['gateway'],
  codes: [...setupCodes, 'not_found', 'conflict'],
  idempotent: true,
  timeoutMs: 28_000,
});

/**
 * Takes its valid certificates away first, and its leftover challenge tokens. `isForced`: lets go of what cannot be removed, and says so in
 * the audit log.
 */
export const deleteDestination = command('rpc.deploy.destination.delete', {
  input: z.object({ id: Id, isForced: z.boolean() }),
  output: z.object({ isDeleted: z.boolean() }),
  callers: ['gateway'],
  codes: ['permission_denied', 'conflict'],
  idempotent: true,
  timeoutMs: 28_000,
});

export const listDestinations = query('rpc.deploy.destination.list', {
  input: z.object({ window: Window, filter: z.string().max(1_024).nullable(), ids: z.array(Id).max(1_000).nullable() }),
  output: z.object({ items: z.array(DestinationRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
  codes: ['invalid_argument'],
});

export const getDestination = query('rpc.deploy.destination.get', {
  input: z.object({ id: Id }),
  output: DestinationRecord,
  callers: ['gateway'],
  codes: ['not_found'],
});

/** Labels and plugins of those that exist, for views of other objects. */
export const findDestinations = query('rpc.deploy.destination.find', {
  input: z.object({ ids: z.array(Id).min(1).max(limits.listCount) }),
  output: z.object({ destinations: z.array(z.object({ id: Id, label: z.string(), plugin: z.string() })) }),
  callers: ['gateway'],
});

/** Every destination that a reference may mean: that of the id, or all of the label, which several can have. */
export const resolveDestination = query('rpc.deploy.destination.resolve', {
  input: z.object({ ref: z.string().min(1).max(256) }),
  output: z.object({ destinations: z.array(z.object({ id: Id, label: z.string(), plugin: z.string(), takesTokens: z.boolean() })) }),
  callers: ['gateway'],
});

/** The source that would watch the place which a destination with these options fills; of a change, `id` lends the secrets that stay. */
export const findSourceTwin = query('rpc.deploy.destination.twin', {
  input: z.object({ id: Id.nullable(), plugin: PluginInput }),
  output: DestinationRecord.pick({ sourceTwin: true }),
  callers: ['gateway'],
  codes: ['permission_denied', 'not_found'],
});

/** How many certificates are deployed to each. */
export const destinationStats = query('rpc.deploy.destination.stats', {
  input: z.object({}),
  output: z.object({ labels: z.array(z.string()), values: z.array(z.int()) }),
  callers: ['gateway'],
});

export const DestinationTestReport = z.object({ isWorking: z.boolean(), detail: z.string(), durationMs: z.int() });
export type DestinationTestReport = z.output<typeof DestinationTestReport>;

export const testDestination = command('rpc.deploy.destination.test', {
  input: z.object({ id: Id }),
  output: DestinationTestReport,
  callers: ['gateway'],
  codes: ['permission_denied', 'not_found'],
  timeoutMs: 28_000,
});

/** The same for one that is not kept yet. */
export const tryDestination = command('rpc.deploy.destination.try', {
  input: z.object({ plugin: PluginInput }),
  output: DestinationTestReport,
  callers: ['gateway'],
  codes: ['permission_denied'],
  timeoutMs: 28_000,
});

export const destinationContracts = [
  createDestination,
  updateDestination,
  deleteDestination,
  listDestinations,
  getDestination,
  findDestinations,
  resolveDestination,
  findSourceTwin,
  destinationStats,
  testDestination,
  tryDestination,
] as const;
