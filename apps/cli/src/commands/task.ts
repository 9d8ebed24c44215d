import { listTasksOperation, runTaskOperation, type TaskView } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { count, define, type Context } from '../command.js';
import { follow } from '../follow.js';
import type { Terminal } from '../terminal.js';
import { patienceOf, waitOptions, WaitOptions } from './wait-options.js';

const columns = {
  task: (row: TaskView) => row.name,
  schedule: (row: TaskView) => (row.isEnabled ? (row.cron ?? 'on request') : 'switched off'),
  state: (row: TaskView) => (row.isRunning ? 'running' : row.lastError === null ? '' : 'failed'),
  'last success': (row: TaskView) => row.lastSuccessAt,
  'next run': (row: TaskView) => row.nextRunAt,
  ms: (row: TaskView) => row.lastDurationMs,
  'last error': (row: TaskView) => row.lastError,
};

const fields = {
  Task: (row: TaskView) => row.name,
  'What it does': (row: TaskView) => row.summary,
  Service: (row: TaskView) => row.service,
  Schedule: columns.schedule,
  'Time limit': (row: TaskView) => `${row.timeLimitMs / 1_000} s`,
  Running: (row: TaskView) => (row.isRunning ? 'yes' : 'no'),
  'Last start': (row: TaskView) => row.lastStartedAt,
  'Last end': (row: TaskView) => (row.lastEndedAt === null ? null : `${row.lastEndedAt}${row.isDryRun ? ' (dry run)' : ''}`),
  'Last success': (row: TaskView) => row.lastSuccessAt,
  'Last error': (row: TaskView) => row.lastError,
  'Last duration': (row: TaskView) => (row.lastDurationMs === null ? null : `${row.lastDurationMs} ms`),
  'Next run': (row: TaskView) => row.nextRunAt,
  'Last report': (row: TaskView) => (row.lastReport === null ? null : JSON.stringify(row.lastReport, null, 2)),
};

/** What the platform does by itself, and when. */
export function taskCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'periodic tasks: last success, next run, last error',
    options: [['--all', 'the work of the house as well']],
    schema: z.object({ all: z.boolean().default(false) }),
    async run(context, { all }) {
      const { items } = await context.api.call(listTasksOperation, {});
      context.list(all ? items : items.filter(({ summary }) => summary !== null), columns);
    },
  });
  define(parent, terminal, {
    name: 'show <task>',
    summary: 'one with what its last run reported',
    schema: z.object({}),
    run: async (context, _, [name = '']) => context.object(await findTask(context, name), fields),
  });
  define(parent, terminal, {
    name: 'run <task>',
    summary: 'run it now',
    options: [
      ['--dry-run', 'only report what would be done'],
      ['--commit', 'do it, also where the schedule only reports'],
      ['--region <text>', 'certificate_rotate: only endpoints of this region'],
      ['--label <label>', 'sync_source, clean_source: the source'],
      ['--id <id>', 'fetch_acme_cert: the pending certificate'],
      ['--wait', 'wait for how it ends'],
      ...waitOptions,
    ],
    schema: WaitOptions.extend({
      dryRun: z.boolean().default(false),
      commit: z.boolean().default(false),
      region: z.string().optional(),
      label: z.string().optional(),
      id: count().optional(),
      wait: z.boolean().default(false),
    }),
    async run(context, { dryRun, commit, wait, waitLimit, ...rest }, [name = '']) {
      if (dryRun && commit) throw new AppError('invalid_argument', '--dry-run and --commit cannot both be meant');
      const before = await findTask(context, name);
      await context.api.call(runTaskOperation, { params: { name: before.name }, body: { ...rest, ...((dryRun || commit) && { dryRun }) } });
      if (wait) await ended(context, before, waitLimit);
      else terminal.say(`${before.name} runs; sifaka task show ${before.name} tells how it ended`);
    },
  });
}

async function findTask({ api }: Context, name: string): Promise<TaskView> {
  const { items } = await api.call(listTasksOperation, {});
  const task = items.find((each) => each.name === name);
  if (task === undefined) throw new AppError('not_found', `there is no task "${name}", or its service does not answer; "sifaka task list --all" shows those that do`);
  return task;
}

async function ended(context: Context, before: TaskView, limitMinutes: number): Promise<void> {
  const isOver = (task: TaskView) => !task.isRunning && task.lastEndedAt !== before.lastEndedAt;
  const story = {
    newsOf: (task: TaskView) => `${task.name} ${isOver(task) ? 'ended' : task.isRunning ? 'runs' : 'waits'}`,
    isOver,
    unfinished: () => `${before.name} has not ended; it goes on without you: sifaka task show ${before.name}`,
  };
  const task = await follow(before, story, patienceOf(context, limitMinutes, () => findTask(context, before.name)));
  context.object(task, fields);
  if (task.lastError !== null) throw new AppError('failed_precondition', `${task.name} failed: ${task.lastError}`);
}
