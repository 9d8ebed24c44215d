import {
  createDestinationOperation,
  deleteDestinationOperation,
  listDestinationsOperation,
  testDestinationOperation,
  updateDestinationOperation,
  type DestinationView,
} from '@sifaka/contracts';
import type { Command } from 'commander';
import { z } from 'zod';
import { define } from '../command.js';
import { pluginOptions, secretFlags, setFlags, SetOptions } from '../plugin-options.js';
import type { Terminal } from '../terminal.js';
import { findDestination } from './find.js';
import { changed, OptionedChange, optionedDeletion, optionedFields as fields, optionedReads, optionedTest, type OptionedKind } from './optioned.js';

const destinations: OptionedKind<DestinationView> = {
  kind: 'destination',
  columns: {
    id: (row) => row.id,
    label: (row) => row.label,
    type: (row) => row.plugin.slug,
    description: (row) => row.description,
  },
  fields,
  find: findDestination,
  list: (api, query) => api.call(listDestinationsOperation, { query }),
  test: (api, id) => api.call(testDestinationOperation, { params: { id } }),
  remove: (api, id, force) => api.call(deleteDestinationOperation, { params: { id }, query: force ? { force } : {} }),
};

/** Where certificates are put. */
export function destinationCommands(parent: Command, terminal: Terminal): void {
  optionedReads(parent, terminal, destinations, 'destinations, the newest first');
  createCommand(parent, terminal);
  updateCommand(parent, terminal);
  optionedTest(parent, terminal, destinations, 'reach it, write to it and clean up');
  optionedDeletion(parent, terminal, destinations, {
    summary: 'take its valid certificates away, then forget it and its credentials',
    force: 'even if certificates cannot be removed: they stay there, the audit log names them',
  });
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
    schema: OptionedChange,
    async run(context, change, [name = '']) {
      const before = await findDestination(context.api, name);
      const body = await changed(terminal, before, change);
      context.object(await context.api.call(updateDestinationOperation, { params: { id: before.id }, body }), fields);
    },
  });
}
