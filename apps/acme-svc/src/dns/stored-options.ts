import { AppError } from '@sifaka/kernel';
import type { Plugin } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** An option of a provider as it is stored; secrets are references into the key vault. */
export const StoredOption = z.object({ name: z.string(), value: z.json() });
export type StoredOption = z.output<typeof StoredOption>;

const secretForm = /^secret:[0-9a-f-]{36}$/;

export const isSecretRef = (value: unknown): value is string => typeof value === 'string' && secretForm.test(value);

export const secretRefs = (options: readonly StoredOption[]): string[] => options.flatMap(({ value }) => (isSecretRef(value) ? [value] : []));

/** Names of the options whose values belong into the key vault. */
export function secretNames(plugin: Plugin): Set<string> {
  return new Set(plugin.pluginOptions().flatMap(({ name, sensitive }) => (sensitive === true ? [name] : [])));
}

type GivenOption = { name: string; value?: unknown };

/**
 * What a client gave, with the stored references in place of secrets that it left alone: answers show a secret as null, and sent back like
 * that it stays what it is. A reference is no value that can be given: it would be a way to the secrets of others.
 *
 * @throws AppError `invalid_argument`, field `<path>.<name>`
 */
export function mergeOptions(given: readonly GivenOption[], stored: readonly StoredOption[], secrets: ReadonlySet<string>, path: string): StoredOption[] {
  return given.flatMap(({ name, value = null }) => {
    if (isSecretRef(value)) {
      const message = 'is not a value that can be given';
      throw new AppError('invalid_argument', `${path}.${name}: ${message}`, { reason: 'plugin.bad_option', fields: [{ path: `${path}.${name}`, message }] });
    }
    const before = secrets.has(name) ? stored.find((option) => option.name === name && isSecretRef(option.value)) : undefined;
    if (before !== undefined && (value === null || value === '')) return [before];
    return value === null || value === '' ? [] : [StoredOption.parse({ name, value })];
  });
}

/** As answers show them: every secret is null. */
export function redacted(options: readonly StoredOption[], secrets: ReadonlySet<string>): StoredOption[] {
  return options.map(({ name, value }) => ({ name, value: secrets.has(name) || isSecretRef(value) ? null : value }));
}
