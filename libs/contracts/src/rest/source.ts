import { z } from 'zod';
import { PluginInput } from '../rpc/plugin.js';
import { CleanReport } from '../rpc/served.js';
import { FindingRecord, sourceLabelLength, SourceRecord, SourceTestReport, SyncRunRecord } from '../rpc/source.js';
import { bool, email, idParam, int, text, title } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { Acknowledged, NestedSource } from './view.js';

const tag = 'sources';
const byId = z.object({ id: idParam() });

/** A source; `plugin.pluginOptions` is its own options once more, as Lemur's clients read them. Secrets are never in it. */
export const SourceView = NestedSource.extend(SourceRecord.pick({ active: true, schedule: true, owner: true, lastRun: true, lastSync: true, nextRunAt: true }).shape);
export type SourceView = z.output<typeof SourceView>;

export const SourceInput = z.object({
  label: title(sourceLabelLength),
  description: text(1_024),
  plugin: PluginInput,
  /** Left out: true for a new source, else as it was. */
  active: bool().optional(),
  /** Five cron fields, UTC; null: on request alone. Left out: the default, or as it was. */
  schedule: text(64).nullish(),
  /** Left out: the one who makes it, or as it was. */
  owner: email().optional(),
});

const upstream = [502, 504] as const;

export const listSourcesOperation = operation('listSources', 'GET', '/sources', {
  tag,
  summary: 'Sources with their last run',
  access: 'authenticated',
  query: z.object(listQuery),
  response: listOf(SourceView),
});
export const createSourceOperation = operation('createSource', 'POST', '/sources', {
  tag,
  summary: 'Add a source; it is reached first, and looked at in the background then',
  access: 'admin',
  body: SourceInput,
  response: SourceView,
  errors: [409, ...upstream],
  takesIdempotencyKey: true,
});
export const getSourceOperation = operation('getSource', 'GET', '/sources/{id}', {
  tag,
  summary: 'One source',
  access: 'authenticated',
  params: byId,
  response: SourceView,
  errors: [404],
});
export const updateSourceOperation = operation('updateSource', 'PUT', '/sources/{id}', {
  tag,
  summary: 'Replace a source; a secret that is null stays what it is. New options are tried first',
  access: 'admin',
  params: byId,
  body: SourceInput,
  response: SourceView,
  errors: [404, 409, ...upstream],
});
export const deleteSourceOperation = operation('deleteSource', 'DELETE', '/sources/{id}', {
  tag,
  summary: 'Delete a source; what it found stays',
  access: 'admin',
  guardsFirst: true,
  params: byId,
  response: Acknowledged,
});
export const syncSourceOperation = operation('syncSource', 'POST', '/sources/{id}/sync', {
  tag,
  summary: 'Look at a source now; the answer is the run that begins, or the one under way',
  access: 'admin',
  params: byId,
  response: SyncRunRecord,
  errors: [404],
});
export const listSyncRunsOperation = operation('listSyncRuns', 'GET', '/sources/{id}/runs', {
  tag,
  summary: 'Runs over a source, newest first: counts, duration, error',
  access: 'authenticated',
  params: byId,
  query: z.object(listQuery),
  response: listOf(SyncRunRecord),
  errors: [404],
});
export const listFindingsOperation = operation('listFindings', 'GET', '/sources/{id}/runs/{runId}/findings', {
  tag,
  summary: 'What a run could not take over, and why',
  access: 'authenticated',
  params: z.object({ id: idParam(), runId: idParam() }),
  query: z.object(listQuery),
  response: listOf(FindingRecord),
  errors: [404],
});
export const testSourceOperation = operation('testSource', 'POST', '/sources/{id}/test', {
  tag,
  summary: 'Reach a source and try its credentials',
  access: 'admin',
  params: byId,
  response: SourceTestReport,
  errors: [404],
});
export const trySourceOperation = operation('trySource', 'POST', '/sources/test', {
  tag,
  summary: 'The same test for a source that is not saved yet',
  access: 'admin',
  body: z.object({ plugin: PluginInput }),
  response: SourceTestReport,
});

export const cleanSourceOperation = operation('cleanSource', 'POST', '/sources/{id}/clean', {
  tag,
  summary: 'Remove certificates without endpoints from a source: expired ones, those that end within some days, or those issued within some days; only reports unless dryRun is false',
  access: 'admin',
  params: byId,
  body: z.object({
    selection: z.enum(['expired', 'expiring', 'issued'], { error: 'must be one of expired, expiring, issued' }).default('expired'),
    days: int({ min: 0, max: 36_500 }).optional(),
    dryRun: bool().default(true),
  }),
  response: CleanReport,
  errors: [404, 409],
});

export const sourceOperations = [
  listSourcesOperation,
  createSourceOperation,
  trySourceOperation,
  getSourceOperation,
  updateSourceOperation,
  deleteSourceOperation,
  syncSourceOperation,
  cleanSourceOperation,
  listSyncRunsOperation,
  listFindingsOperation,
  testSourceOperation,
] as const;
