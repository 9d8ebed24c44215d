import { AppError } from '@sifaka/kernel';
import { parsePluginOptions, type Plugin } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** Options of an authority that belong to this service, not to the issuer plugin (AU-8). */
export const hostOptions = ['cab_compliant', 'cn_optional'] as const;

/** An option as the client wrote it: whatever else stands beside name and value is kept. */
export const StoredOption = z.looseObject({ name: z.string().max(128), value: z.json().optional() });
export type StoredOption = z.output<typeof StoredOption>;

const StoredOptions = z.array(StoredOption).max(100);

const secretForm = /^secret:[0-9a-f-]{36}$/;

export const isSecretRef = (value: unknown): value is string => typeof value === 'string' && secretForm.test(value);

export const secretRefs = (options: readonly StoredOption[] | null): string[] => (options ?? []).flatMap(({ value }) => (isSecretRef(value) ? [value] : []));

/**
 * Options out of JSON text (Q18).
 *
 * @throws AppError `invalid_argument`, field `options`
 */
export function parseOptionsText(text: string): StoredOption[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw badOptions('is not JSON text');
  }
  const options = StoredOptions.safeParse(json);
  if (!options.success) throw badOptions('must be a JSON array of at most 100 objects with a name and a value');
  return options.data;
}

/** What the options mean to this service. */
export function hostFacts(options: readonly StoredOption[] | null): { cabCompliant: boolean | null; cnOptional: boolean } {
  const value = (name: string) => options?.find((option) => option.name === name)?.value;
  const cab = value('cab_compliant');
  return { cabCompliant: cab === undefined || cab === null ? null : isTrue(cab), cnOptional: isTrue(value('cn_optional')) };
}

/** Values for the plugin; an empty secret of a stored option is not asked for again. */
export function pluginValues(plugin: Plugin, options: readonly StoredOption[] | null, path: string): Record<string, unknown> {
  return parsePluginOptions(plugin, options ?? [], { path, hostOptions });
}

/** Names of the options whose values belong into the key vault. */
export function secretNames(plugin: Plugin): Set<string> {
  return new Set(plugin.pluginOptions().flatMap(({ name, sensitive }) => (sensitive === true ? [name] : [])));
}

/** Forms send switches as text, and some old ones as numbers. */
const isTrue = (value: unknown): boolean => value === true || value === 1 || (typeof value === 'string' && /^(?:true|1|yes|on)$/i.test(value.trim()));

const badOptions = (rule: string): AppError => new AppError('invalid_argument', `options: ${rule}`, { reason: 'authority.bad_options', fields: [{ path: 'options', message: rule }] });

/** Only what is stored already may be referred to: a reference is no way to another authority's secret. */
export function refuseReferences(options: readonly StoredOption[], stored: readonly StoredOption[] | null, path: string): void {
  for (const { name, value } of options) {
    if (!isSecretRef(value) || stored?.some((option) => option.name === name && option.value === value) === true) continue;
    const message = 'is not a value that can be given';
    throw new AppError('invalid_argument', `${path}.${name}: ${message}`, { reason: 'authority.bad_options', fields: [{ path: `${path}.${name}`, message }] });
  }
}

/** Answers show a secret as null: sent back like that, it stays what it is. */
export function keepSecrets(options: readonly StoredOption[], stored: readonly StoredOption[] | null): StoredOption[] {
  return options.map((option) => {
    const before = stored?.find(({ name, value }) => name === option.name && isSecretRef(value));
    return before !== undefined && (option.value === null || option.value === undefined) ? { ...option, value: before.value ?? null } : option;
  });
}
