import type { ListedPluginView, PluginOption } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import { fileText } from './command.js';
import type { Terminal } from './terminal.js';

export const setFlags = ['--set <name=value...>', 'its options; name=@file reads the value from a file'] as const;
export const secretFlags = ['--secret <name>', 'an option that is asked for and not shown, or read from standard input'] as const;

export const SetOptions = z.array(z.string().regex(/^[^=]+=/, { error: 'must look like name=value' })).default([]);

/**
 * Options of a plugin as typed. A secret does not belong into a command line, where every process list shows it.
 *
 * @throws AppError `invalid_argument` for a file that cannot be read, or a secret that is empty
 */
export async function pluginOptions(terminal: Terminal, set: readonly string[], secret: string | undefined): Promise<{ name: string; value: string }[]> {
  const options: { name: string; value: string }[] = [];
  for (const text of set) {
    const name = text.slice(0, text.indexOf('='));
    const value = text.slice(name.length + 1);
    options.push({ name, value: value.startsWith('@') ? (await fileText(value.slice(1))).trim() : value });
  }
  if (secret === undefined) return options;
  const value = await terminal.askSecret(`${secret}: `);
  if (value === '') throw new AppError('invalid_argument', `no value was given for ${secret}`);
  return [...options, { name: secret, value }];
}

/** What is there, with the changes on top. What is secret is not shown, and stays by being sent back as null. */
export function changedOptions(before: readonly PluginOption[], changes: readonly { name: string; value: string }[]) {
  const changed = new Set(changes.map(({ name }) => name));
  const kept = before.flatMap(({ name, value }) => (value === undefined || changed.has(name) ? [] : [{ name, value }]));
  return [...kept, ...changes];
}

/** The options of an object for people: `name = value`, one a line; a secret is not shown. */
export const optionLines = (options: readonly PluginOption[]): string =>
  options
    .filter(({ value, sensitive }) => sensitive === true || (value !== undefined && value !== null && value !== ''))
    .map(({ name, value, sensitive }) => `${name} = ${sensitive === true ? '(not shown)' : typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');

/** What can be added, and what it needs to know. */
export const typeColumns = {
  type: (row: ListedPluginView) => row.slug,
  title: (row: ListedPluginView) => row.title,
  needs: (row: ListedPluginView) => row.pluginOptions.filter(({ required, default: preset }) => required === true && preset === undefined).map(({ name }) => name),
  options: (row: ListedPluginView) => row.pluginOptions.filter(({ required, default: preset }) => required !== true || preset !== undefined).map(({ name }) => name),
};
