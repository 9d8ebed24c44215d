import { AppError } from '@sifaka/kernel';
import type { Plugin } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** An option as the client wrote it: whatever else stands beside name and value is kept. Secrets are stored as references. */
export const StoredOption = z.looseObject({ name: z.string().max(128), value: z.json().optional() });
export type StoredOption = z.output<typeof StoredOption>;

/** All options of one authority, provider or destination. */
export const StoredOptions = z.array(StoredOption).max(100);

const secretForm = /^secret:[0-9a-f-]{36}$/;

export const isSecretRef = (value: unknown): value is string => typeof value === 'string' && secretForm.test(value);

export const secretRefs = (options: readonly StoredOption[] | null): string[] => (options ?? []).flatMap(({ value }) => (isSecretRef(value) ? [value] : []));

/** Names of the options whose values belong into the key vault. */
export function secretNames(plugin: Plugin): Set<string> {
  return new Set(plugin.pluginOptions().flatMap(({ name, sensitive }) => (sensitive === true ? [name] : [])));
}

/**
 * Only what is stored already may be referred to: a reference is no way to somebody else's secret.
 *
 * @throws AppError `invalid_argument`, field `<path>.<name>`
 */
export function refuseReferences(options: readonly StoredOption[], stored: readonly StoredOption[] | null, path: string): void {
  for (const { name, value } of options) {
    if (!isSecretRef(value) || stored?.some((option) => option.name === name && option.value === value) === true) continue;
    const message = 'is not a value that can be given';
    throw new AppError('invalid_argument', `${path}.${name}: ${message}`, { reason: 'plugin.bad_option', fields: [{ path: `${path}.${name}`, message }] });
  }
}

/** Answers show a secret as null: sent back like that, it stays what it is; an empty text takes it away. */
export function keepSecrets(options: readonly StoredOption[], stored: readonly StoredOption[] | null): StoredOption[] {
  return options.map((option) => {
    const before = stored?.find(({ name, value }) => name === option.name && isSecretRef(value));
    return before !== undefined && (option.value === null || option.value === undefined) ? { ...option, value: before.value ?? null } : option;
  });
}

/** As answers show them: every secret is null. A plugin that is gone has references, which are known by their form. */
export function redactedOptions(options: readonly StoredOption[], secrets: ReadonlySet<string>): StoredOption[] {
  return options.map((option) => (secrets.has(option.name) || isSecretRef(option.value) ? { ...option, value: null } : option));
}

/** Forms send an empty text for what nobody filled in. */
export const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';
