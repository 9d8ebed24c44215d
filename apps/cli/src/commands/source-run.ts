import type { AnswerOf } from '@sifaka/api-client';
import { listFindingsOperation, listSyncRunsOperation, syncSourceOperation, type FindingRecord, type SyncRunRecord } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { count, define, Paging, pagingOptions, type Context } from '../command.js';
import { follow } from '../follow.js';
import type { Terminal } from '../terminal.js';
import { findSource } from './find.js';
import { patienceOf, waitOptions, WaitOptions } from './wait-options.js';

type Counts = SyncRunRecord['counts'];

const runColumns = {
  id: (row: SyncRunRecord) => row.id,
  state: (row: SyncRunRecord) => row.state,
  by: (row: SyncRunRecord) => row.trigger,
  started: (row: SyncRunRecord) => row.startedAt,
  finished: (row: SyncRunRecord) => row.finishedAt,
  certificates: (row: SyncRunRecord) => certificateWords(row.counts),
  endpoints: (row: SyncRunRecord) => endpointWords(row.counts),
  faults: (row: SyncRunRecord) => row.counts.faults,
  error: (row: SyncRunRecord) => row.error,
};

const findingColumns = {
  kind: (row: FindingRecord) => row.kind,
  what: (row: FindingRecord) => row.what,
  reason: (row: FindingRecord) => row.reason,
};

const overStates: readonly SyncRunRecord['state'][] = ['succeeded', 'partial', 'failed'];

/** Looking at sources, and what came of it. */
export function sourceRunCommands(parent: Command, terminal: Terminal): void {
  syncCommand(parent, terminal);
  define(parent, terminal, {
    name: 'runs <source>',
    summary: 'runs over a source, the newest first',
    options: pagingOptions,
    schema: Paging,
    async run(context, query, [name = '']) {
      const { id } = await findSource(context.api, name);
      context.page(await context.api.call(listSyncRunsOperation, { params: { id }, query }), runColumns);
    },
  });
  define(parent, terminal, {
    name: 'findings <source>',
    summary: 'what a run could not take over, and why; of the last run unless told otherwise',
    options: [['--run <id>', 'of this run'], ...pagingOptions],
    schema: Paging.extend({ run: count().optional() }),
    async run(context, { run, ...query }, [name = '']) {
      const { id, lastSync } = await findSource(context.api, name);
      const runId = run ?? lastSync?.id;
      if (runId === undefined) throw new AppError('failed_precondition', `${name} was not looked at yet`);
      context.page(await context.api.call(listFindingsOperation, { params: { id, runId }, query }), findingColumns);
    },
  });
}

function syncCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'sync <source...>',
    summary: 'look at sources now, whatever their schedule',
    options: [['--wait', 'wait for how it ends'], ...waitOptions],
    schema: WaitOptions.extend({ wait: z.boolean().default(false) }),
    async run(context, { wait, waitLimit }, names) {
      const begun: { label: string; run: SyncRunRecord }[] = [];
      for (const name of names) {
        const { id, label } = await findSource(context.api, name);
        begun.push({ label, run: await context.api.call(syncSourceOperation, { params: { id } }) });
      }
      if (!wait) {
        context.list(begun.map(({ run }) => run), runColumns);
        return;
      }
      const ended: SyncRunRecord[] = [];
      for (const { label, run } of begun) ended.push(await waitForRun(context, label, run, waitLimit));
      context.list(ended, runColumns);
      const failed = ended.find(({ state }) => state === 'failed');
      if (failed !== undefined) throw new AppError('failed_precondition', `the run failed: ${failed.error ?? 'no reason is known'}`);
      const incomplete = ended.find(({ state }) => state === 'partial');
      if (incomplete !== undefined) terminal.say(`not everything could be taken over: sifaka source findings ${incomplete.sourceId} --run ${incomplete.id}`);
    },
  });
}

function waitForRun(context: Context, label: string, run: SyncRunRecord, limitMinutes: number): Promise<SyncRunRecord> {
  const story = {
    newsOf: ({ state, counts }: SyncRunRecord) => `${label}: ${state}, ${certificateWords(counts)} certificates, ${endpointWords(counts)} endpoints`,
    isOver: ({ state }: SyncRunRecord) => overStates.includes(state),
    unfinished: () => `the run over ${label} has not ended; it goes on without you: sifaka source runs ${run.sourceId}`,
  };
  return follow(run, story, patienceOf(context, limitMinutes, () => readRun(context, run)));
}

async function readRun({ api }: Context, { id, sourceId }: SyncRunRecord): Promise<SyncRunRecord> {
  const runs: AnswerOf<typeof listSyncRunsOperation> = await api.call(listSyncRunsOperation, { params: { id: sourceId }, query: { count: 50 } });
  const run = runs.items.find((each) => each.id === id);
  if (run === undefined) throw new AppError('not_found', `run ${id} of source ${sourceId} is not known any more`);
  return run;
}

const certificateWords = ({ certificatesFound, certificatesNew, certificatesUnlinked, certificatesRefused }: Counts): string =>
  words(certificatesFound, { new: certificatesNew, gone: certificatesUnlinked, refused: certificatesRefused });

const endpointWords = ({ endpointsFound, endpointsNew, endpointsChanged, endpointsExpired, endpointsSkipped }: Counts): string =>
  words(endpointsFound, { new: endpointsNew, changed: endpointsChanged, gone: endpointsExpired, skipped: endpointsSkipped });

function words(all: number, parts: Readonly<Record<string, number>>): string {
  const told = Object.entries(parts).flatMap(([what, number]) => (number === 0 ? [] : [`${number} ${what}`]));
  return told.length === 0 ? String(all) : `${all} (${told.join(', ')})`;
}
