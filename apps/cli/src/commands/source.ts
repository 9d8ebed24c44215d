import { createSourceOperation, deleteSourceOperation, listSourcesOperation, testSourceOperation, updateSourceOperation, type SourceView } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { define } from '../command.js';
import { pluginOptions, secretFlags, setFlags } from '../plugin-options.js';
import type { Terminal } from '../terminal.js';
import { findSource } from './find.js';
import { changed, OptionedChange, optionedDeletion, optionedFields, optionedReads, optionedTest, type OptionedKind } from './optioned.js';

const { Id, Label, Type, Description, Options } = optionedFields;

const fields = {
  Id,
  Label,
  Type,
  Active: (row: SourceView) => (row.active ? 'yes' : 'no'),
  Schedule: (row: SourceView) => row.schedule ?? 'on request',
  Owner: (row: SourceView) => row.owner,
  'Last run': (row: SourceView) => row.lastSync?.state,
  'Last error': (row: SourceView) => row.lastSync?.error,
  'Read whole': (row: SourceView) => row.lastRun,
  'Next run': (row: SourceView) => row.nextRunAt,
  Description,
  Options,
};

const sources: OptionedKind<SourceView> = {
  kind: 'source',
  columns: {
    id: (row) => row.id,
    label: (row) => row.label,
    type: (row) => row.plugin.slug,
    active: (row) => (row.active ? 'yes' : 'no'),
    schedule: (row) => row.schedule ?? 'on request',
    'last run': (row) => row.lastSync?.state ?? 'never',
    'read whole': (row) => row.lastRun,
    'next run': (row) => row.nextRunAt,
  },
  fields,
  find: findSource,
  list: (api, query) => api.call(listSourcesOperation, { query }),
  test: (api, id) => api.call(testSourceOperation, { params: { id } }),
  remove: (api, id) => api.call(deleteSourceOperation, { params: { id } }),
};

const settingOptions = [
  ['--schedule <cron>', 'five cron fields in UTC, or none: on request alone'],
  ['--owner <address>', 'owner of what is found there and names no other'],
  ['--inactive', 'not looked at by schedule'],
  ['--description <text>', 'what is there, and whose it is'],
] as const;
const Settings = OptionedChange.extend({ schedule: z.string().optional(), owner: z.string().optional(), inactive: z.boolean().default(false) });

const scheduleOf = (schedule: string | undefined): string | null | undefined => (schedule === 'none' ? null : schedule);

/** Where certificates and endpoints are looked for. */
export function sourceCommands(parent: Command, terminal: Terminal): void {
  optionedReads(parent, terminal, sources, 'sources with their last run, the newest first');
  createCommand(parent, terminal);
  updateCommand(parent, terminal);
  optionedTest(parent, terminal, sources, 'reach it and try its credentials');
  optionedDeletion(parent, terminal, sources, { summary: 'forget it and its credentials; what it found stays in the inventory' });
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
    schema: Settings.extend({ active: z.boolean().default(false) }),
    async run(context, { schedule, owner, active, inactive, ...change }, [name = '']) {
      if (active && inactive) throw new AppError('invalid_argument', '--active and --inactive cannot both be meant');
      const before = await findSource(context.api, name);
      const body = { ...(await changed(terminal, before, change)), schedule: scheduleOf(schedule), owner, active: active || (before.active && !inactive) };
      context.object(await context.api.call(updateSourceOperation, { params: { id: before.id }, body }), fields);
    },
  });
}
