import {
  createSourceOperation,
  deleteSourceOperation,
  listPluginsOperation,
  listSourcesOperation,
  testSourceOperation,
  updateSourceOperation,
  type SourceView,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { confirm, define, newestFirst, Paging, pagingOptions } from '../command.js';
import { changedOptions, optionLines, pluginOptions, secretFlags, setFlags, SetOptions, typeColumns } from '../plugin-options.js';
import type { Terminal } from '../terminal.js';
import { findSource } from './find.js';
import { tell } from './test-report.js';

const columns = {
  id: (row: SourceView) => row.id,
  label: (row: SourceView) => row.label,
  type: (row: SourceView) => row.plugin.slug,
  active: (row: SourceView) => (row.active ? 'yes' : 'no'),
  schedule: (row: SourceView) => row.schedule ?? 'on request',
  'last run': (row: SourceView) => row.lastSync?.state ?? 'never',
  'read whole': (row: SourceView) => row.lastRun,
  'next run': (row: SourceView) => row.nextRunAt,
};

const fields = {
  Id: (row: SourceView) => row.id,
  Label: (row: SourceView) => row.label,
  Type: (row: SourceView) => `${row.plugin.slug} (${row.plugin.title})`,
  Active: (row: SourceView) => (row.active ? 'yes' : 'no'),
  Schedule: (row: SourceView) => row.schedule ?? 'on request',
  Owner: (row: SourceView) => row.owner,
  'Last run': (row: SourceView) => row.lastSync?.state,
  'Last error': (row: SourceView) => row.lastSync?.error,
  'Read whole': (row: SourceView) => row.lastRun,
  'Next run': (row: SourceView) => row.nextRunAt,
  Description: (row: SourceView) => row.description,
  Options: (row: SourceView) => optionLines(row.options),
};

const settingOptions = [
  ['--schedule <cron>', 'five cron fields in UTC, or none: on request alone'],
  ['--owner <address>', 'owner of what is found there and names no other'],
  ['--inactive', 'not looked at by schedule'],
  ['--description <text>', 'what is there, and whose it is'],
] as const;
const Settings = z.object({
  set: SetOptions,
  secret: z.string().optional(),
  schedule: z.string().optional(),
  owner: z.string().optional(),
  inactive: z.boolean().default(false),
  description: z.string().optional(),
});

const scheduleOf = (schedule: string | undefined): string | null | undefined => (schedule === 'none' ? null : schedule);

/** Where certificates and endpoints are looked for. */
export function sourceCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'sources with their last run, the newest first',
    options: pagingOptions,
    schema: Paging,
    async run(context, window) {
      const { items, total } = await context.api.call(listSourcesOperation, { query: { ...window, ...newestFirst } });
      context.list(items, columns);
      if (total > items.length) terminal.say(`${items.length} of ${total}`);
    },
  });
  define(parent, terminal, {
    name: 'types',
    summary: 'what can be added, and what each type needs to know',
    schema: z.object({}),
    run: async (context) => context.list((await context.api.call(listPluginsOperation, { query: { type: 'source' } })).items, typeColumns),
  });
  define(parent, terminal, {
    name: 'show <source>',
    summary: 'one, by id or label',
    schema: z.object({}),
    run: async (context, _, [name = '']) => context.object(await findSource(context.api, name), fields),
  });
  createCommand(parent, terminal);
  updateCommand(parent, terminal);
  define(parent, terminal, {
    name: 'test <source>',
    summary: 'reach it and try its credentials',
    schema: z.object({}),
    async run(context, _, [name = '']) {
      const { id, label } = await findSource(context.api, name);
      tell(context, label, await context.api.call(testSourceOperation, { params: { id } }));
    },
  });
  deleteCommand(parent, terminal);
}

function createCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'create <label>',
    summary: 'add one; it is reached first, and looked at in the background then',
    required: [['--type <plugin>', 'such as network-source; "sifaka source types" lists them']],
    options: [setFlags, secretFlags, ...settingOptions],
    schema: Settings.extend({ type: z.string() }),
    async run(context, { type, set, secret, schedule, owner, inactive, description }, [label = '']) {
      const plugin = { slug: type, pluginOptions: await pluginOptions(terminal, set, secret) };
      const body = { label, description: description ?? '', plugin, schedule: scheduleOf(schedule), owner, active: !inactive };
      context.object(await context.api.call(createSourceOperation, { body }), fields);
    },
  });
}

function updateCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'update <source>',
    summary: 'change it; what is not named stays. New options are tried first',
    options: [setFlags, secretFlags, ['--label <label>', 'another label'], ['--active', 'looked at by schedule'], ...settingOptions],
    schema: Settings.extend({ label: z.string().optional(), active: z.boolean().default(false) }),
    async run(context, { set, secret, label, schedule, owner, active, inactive, description }, [name = '']) {
      if (active && inactive) throw new AppError('invalid_argument', '--active and --inactive cannot both be meant');
      const before = await findSource(context.api, name);
      const options = changedOptions(before.options, await pluginOptions(terminal, set, secret));
      const body = {
        label: label ?? before.label,
        description: description ?? before.description ?? '',
        plugin: { slug: before.plugin.slug, pluginOptions: options },
        schedule: scheduleOf(schedule),
        owner,
        active: active || (before.active && !inactive),
      };
      context.object(await context.api.call(updateSourceOperation, { params: { id: before.id }, body }), fields);
    },
  });
}

function deleteCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'delete <source>',
    summary: 'forget it and its credentials; what it found stays in the inventory',
    options: [['-y, --yes', 'without asking']],
    schema: z.object({ yes: z.boolean().default(false) }),
    async run({ api }, { yes }, [name = '']) {
      const { id, label } = await findSource(api, name);
      if (!yes && !(await confirm(terminal, 'Delete', label))) throw new AppError('failed_precondition', 'nothing was deleted');
      await api.call(deleteSourceOperation, { params: { id } });
      terminal.say(`${label} is deleted`);
    },
  });
}
