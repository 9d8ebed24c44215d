import { readFile } from 'node:fs/promises';
import { ApiClient } from '@sifaka/api-client';
import { AppError } from '@sifaka/kernel';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { listText, objectText, outputForms, type Columns } from './output.js';
import { defaultUrl, readSession } from './session-file.js';
import type { Terminal } from './terminal.js';

/** What a command works with. */
export interface Context {
  api: ApiClient;
  url: string;
  terminal: Terminal;
  /** Programs are given `whole`, where there is more to the answer than its rows. */
  list<T>(rows: readonly T[], columns: Columns<T>, whole?: unknown): void;
  /** Rows of a list, and how many there are when these are not all. */
  page<T>(answer: { items: readonly T[]; total: number }, columns: Columns<T>): void;
  object<T>(object: T, fields: Columns<T>): void;
}

interface Definition<O extends z.ZodObject> {
  /** With its arguments, as commander writes them: `show <certificate>`. */
  name: string;
  summary: string;
  /** Another word for it. */
  alias?: string;
  /** Flags and what they mean. */
  options?: readonly (readonly [flags: string, meaning: string])[];
  /** Options that must be there. */
  required?: readonly (readonly [flags: string, meaning: string])[];
  /** What commander hands over, as it should be. */
  schema: O;
  run(context: Context, options: z.output<O>, args: readonly string[]): Promise<void>;
}

const Globals = z.object({ url: z.string().optional(), token: z.string().optional(), output: z.enum(outputForms).default('table'), json: z.boolean().default(false) });

/** Puts a command below another one. Options that may be given several times end in `...`. */
export function define<O extends z.ZodObject>(parent: Command, terminal: Terminal, definition: Definition<O>): void {
  const command = parent.command(definition.name).description(definition.summary);
  if (definition.alias !== undefined) command.alias(definition.alias);
  for (const [flags, meaning] of definition.options ?? []) command.addOption(new Option(flags, meaning));
  for (const [flags, meaning] of definition.required ?? []) command.addOption(new Option(flags, meaning).makeOptionMandatory());
  command.action(async () => {
    const given: unknown = command.optsWithGlobals();
    const options = definition.schema.safeParse(given);
    if (!options.success) {
      const issue = options.error.issues[0];
      return command.error(`error: option --${String(issue?.path[0])}: ${issue?.message ?? 'is not understood'}`);
    }
    await definition.run(await contextOf(Globals.parse(given), terminal), options.data, command.args);
  });
}

/** Flags win over the environment, the environment over what `login` kept. A kept token goes to the server that gave it and to no other. */
async function contextOf(globals: z.output<typeof Globals>, terminal: Terminal): Promise<Context> {
  const kept = await readSession(terminal.env);
  const url = (globals.url ?? terminal.env.SIFAKA_URL ?? kept?.url ?? defaultUrl).replace(/\/+$/, '');
  const form = globals.json ? 'json' : globals.output;
  const token = globals.token ?? terminal.env.SIFAKA_TOKEN ?? (kept?.url === url ? kept.token : null);
  const list: Context['list'] = (rows, columns, whole) => terminal.out(listText(form, rows, columns, whole));
  return {
    api: new ApiClient({ url, token: () => token, userAgent: 'sifaka-cli' }),
    url,
    terminal,
    list,
    page({ items, total }, columns) {
      list(items, columns);
      if (total > items.length) terminal.say(`${items.length} of ${total}`);
    },
    object: (object, fields) => terminal.out(objectText(form, object, fields)),
  };
}

/** A whole number of at least one, as typed. */
export const count = () =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, { error: 'must be a positive whole number' })
    .transform(Number);

export const pagingOptions = [
  ['-n, --count <rows>', 'how many at most (50)'],
  ['-p, --page <page>', 'which page (1)'],
] as const;
export const Paging = z.object({ count: count().default(50), page: count().default(1) });
export const newestFirst = { sortBy: 'id', sortDir: 'desc' } as const;

/** Has the name typed before something is done that cannot be undone. */
export async function confirm(terminal: Terminal, verb: string, name: string): Promise<boolean> {
  if (!terminal.isInteractive) throw new AppError('invalid_argument', `${verb.toLowerCase()} cannot be undone: add --yes where nobody can be asked`);
  return (await terminal.ask(`${verb} ${name} for good? Type its name: `)) === name;
}

/** Text of a file that a person named. */
export async function fileText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('invalid_argument', `${path} cannot be read`, { cause });
  });
}

export const isId = (text: string): boolean => /^\d{1,10}$/.test(text);
