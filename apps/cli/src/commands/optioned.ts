import type { ApiClient } from '@sifaka/api-client';
import { listPluginsOperation, type DestinationTestReport, type PluginOption } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { define, newestFirst, Paging, pagingOptions, type Context } from '../command.js';
import { defineDeletion } from '../deletion.js';
import type { Columns } from '../output.js';
import { changedOptions, optionLines, pluginOptions, SetOptions, typeColumns } from '../plugin-options.js';
import type { Terminal } from '../terminal.js';

/** What every object has that a plugin serves: destinations, sources, notifications. */
interface Optioned {
  id: number;
  label: string;
  description: string | null;
  plugin: { slug: string; title: string };
  options: readonly PluginOption[];
}

/** One kind of them, and what the API does with it. */
export interface OptionedKind<V extends Optioned> {
  /** In the names of its commands; its plugins are of this type. */
  kind: 'destination' | 'source' | 'notification';
  columns: Columns<V>;
  fields: Columns<V>;
  find: (api: ApiClient, text: string) => Promise<V>;
  list: (api: ApiClient, query: z.output<typeof Paging> & typeof newestFirst) => Promise<{ items: V[]; total: number }>;
  test: (api: ApiClient, id: number) => Promise<DestinationTestReport>;
  remove: (api: ApiClient, id: number, isForced: boolean) => Promise<unknown>;
}

/** `list`, `types` and `show`. @param listed what the list holds, in words */
export function optionedReads<V extends Optioned>(parent: Command, terminal: Terminal, { kind, columns, fields, find, list }: OptionedKind<V>, listed: string): void {
  define(parent, terminal, {
    name: 'list',
    summary: listed,
    options: pagingOptions,
    schema: Paging,
    run: async (context, window) => context.page(await list(context.api, { ...window, ...newestFirst }), columns),
  });
  define(parent, terminal, {
    name: 'types',
    summary: 'what can be added, and what each type needs to know',
    schema: z.object({}),
    run: async (context) => context.list((await context.api.call(listPluginsOperation, { query: { type: kind } })).items, typeColumns),
  });
  define(parent, terminal, {
    name: `show <${kind}>`,
    summary: 'one, by id or label',
    schema: z.object({}),
    run: async (context, _, [text = '']) => context.object(await find(context.api, text), fields),
  });
}

/** `test`: a script sees by the exit code whether it works. */
export function optionedTest<V extends Optioned>(parent: Command, terminal: Terminal, { kind, find, test }: OptionedKind<V>, summary: string): void {
  define(parent, terminal, {
    name: `test <${kind}>`,
    summary,
    schema: z.object({}),
    async run(context, _, [text = '']) {
      const { id, label } = await find(context.api, text);
      tell(context, label, await test(context.api, id));
    },
  });
}

export function optionedDeletion<V extends Optioned>(parent: Command, terminal: Terminal, { kind, find, remove }: OptionedKind<V>, words: { summary: string; force?: string }): void {
  defineDeletion(parent, terminal, {
    ...words,
    name: `delete <${kind}>`,
    async find(api, text) {
      const { id, label } = await find(api, text);
      return { id, name: label };
    },
    remove,
  });
}

export const OptionedChange = z.object({ set: SetOptions, secret: z.string().optional(), label: z.string().optional(), description: z.string().optional() });

/** What an object becomes; what is not named stays. */
export const changed = async (terminal: Terminal, before: Optioned, { set, secret, label, description }: z.output<typeof OptionedChange>) => ({
  label: label ?? before.label,
  description: description ?? before.description ?? '',
  plugin: { slug: before.plugin.slug, pluginOptions: changedOptions(before.options, await pluginOptions(terminal, set, secret)) },
});

/** What stands in the fields of all of them. */
export const optionedFields = {
  Id: (row: Optioned) => row.id,
  Label: (row: Optioned) => row.label,
  Type: (row: Optioned) => `${row.plugin.slug} (${row.plugin.title})`,
  Description: (row: Optioned) => row.description,
  Options: (row: Optioned) => optionLines(row.options),
};

const reportFields = {
  Works: (report: DestinationTestReport) => (report.isWorking ? 'yes' : 'no'),
  'What happened': (report: DestinationTestReport) => report.detail,
  Milliseconds: (report: DestinationTestReport) => report.durationMs,
};

/** @throws AppError `failed_precondition` when it did not work */
function tell(context: Context, label: string, report: DestinationTestReport): void {
  context.object(report, reportFields);
  if (!report.isWorking) throw new AppError('failed_precondition', `${label} does not work: ${report.detail}`);
}
