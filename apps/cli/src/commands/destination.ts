import {
  createDestinationOperation,
  deleteDestinationOperation,
  listDestinationsOperation,
  listPluginsOperation,
  testDestinationOperation,
  updateDestinationOperation,
  type DestinationView,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { confirm, define, newestFirst, Paging, pagingOptions } from '../command.js';
import { changedOptions, optionLines, pluginOptions, secretFlags, setFlags, SetOptions, typeColumns } from '../plugin-options.js';
import type { Terminal } from '../terminal.js';
import { findDestination } from './find.js';
import { tell } from './test-report.js';

const columns = {
  id: (row: DestinationView) => row.id,
  label: (row: DestinationView) => row.label,
  type: (row: DestinationView) => row.plugin.slug,
  description: (row: DestinationView) => row.description,
};

const fields = {
  Id: (row: DestinationView) => row.id,
  Label: (row: DestinationView) => row.label,
  Type: (row: DestinationView) => `${row.plugin.slug} (${row.plugin.title})`,
  Description: (row: DestinationView) => row.description,
  Options: (row: DestinationView) => optionLines(row.options),
};

/** Where certificates are put. */
export function destinationCommands(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'list',
    summary: 'destinations, the newest first',
    options: pagingOptions,
    schema: Paging,
    async run(context, window) {
      const { items, total } = await context.api.call(listDestinationsOperation, { query: { ...window, ...newestFirst } });
      context.list(items, columns);
      if (total > items.length) terminal.say(`${items.length} of ${total}`);
    },
  });
  define(parent, terminal, {
    name: 'types',
    summary: 'what can be added, and what each type needs to know',
    schema: z.object({}),
    run: async (context) => context.list((await context.api.call(listPluginsOperation, { query: { type: 'destination' } })).items, typeColumns),
  });
  define(parent, terminal, {
    name: 'show <destination>',
    summary: 'one, by id or label',
    schema: z.object({}),
    run: async (context, _, [name = '']) => context.object(await findDestination(context.api, name), fields),
  });
  createCommand(parent, terminal);
  updateCommand(parent, terminal);
  define(parent, terminal, {
    name: 'test <destination>',
    summary: 'reach it, write to it and clean up',
    schema: z.object({}),
    async run(context, _, [name = '']) {
      const { id, label } = await findDestination(context.api, name);
      tell(context, label, await context.api.call(testDestinationOperation, { params: { id } }));
    },
  });
  deleteCommand(parent, terminal);
}

function createCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'create <label>',
    summary: 'add one; it is reached, written to and cleaned again first',
    required: [['--type <plugin>', 'such as ssh-destination; "sifaka destination types" lists them']],
    options: [setFlags, secretFlags, ['--description <text>', 'what is there, and whose it is']],
    schema: z.object({ type: z.string(), set: SetOptions, secret: z.string().optional(), description: z.string().default('') }),
    async run(context, { type, set, secret, description }, [label = '']) {
      const plugin = { slug: type, pluginOptions: await pluginOptions(terminal, set, secret) };
      context.object(await context.api.call(createDestinationOperation, { body: { label, description, plugin } }), fields);
    },
  });
}

function updateCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'update <destination>',
    summary: 'change options, label or description; what is not named stays. New options are tried first',
    options: [setFlags, secretFlags, ['--label <label>', 'another label'], ['--description <text>', 'another description']],
    schema: z.object({ set: SetOptions, secret: z.string().optional(), label: z.string().optional(), description: z.string().optional() }),
    async run(context, { set, secret, label, description }, [name = '']) {
      const before = await findDestination(context.api, name);
      const options = changedOptions(before.options, await pluginOptions(terminal, set, secret));
      const body = {
        label: label ?? before.label,
        description: description ?? before.description ?? '',
        plugin: { slug: before.plugin.slug, pluginOptions: options },
      };
      context.object(await context.api.call(updateDestinationOperation, { params: { id: before.id }, body }), fields);
    },
  });
}

function deleteCommand(parent: Command, terminal: Terminal): void {
  define(parent, terminal, {
    name: 'delete <destination>',
    summary: 'take its valid certificates away, then forget it and its credentials',
    options: [
      ['--force', 'even if certificates cannot be removed: they stay there, the audit log names them'],
      ['-y, --yes', 'without asking'],
    ],
    schema: z.object({ force: z.boolean().default(false), yes: z.boolean().default(false) }),
    async run({ api }, { force, yes }, [name = '']) {
      const { id, label } = await findDestination(api, name);
      if (!yes && !(await confirm(terminal, 'Delete', label))) throw new AppError('failed_precondition', 'nothing was deleted');
      await api.call(deleteDestinationOperation, { params: { id }, query: force ? { force: true } : {} });
      terminal.say(`${label} is deleted`);
    },
  });
}
