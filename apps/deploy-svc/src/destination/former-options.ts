import { isDeepStrictEqual } from 'node:util';
import { secretRefs, type StoredOption } from '@sifaka/plugin-host';
import type { DestinationRow } from './destination.repository.js';

type Kept = Pick<DestinationRow, 'plugin' | 'options'>;
type Former = Record<string, string>;

const longest = 200;

/**
 * What a destination was before it was changed, in options that say where and how certificates are put: all but secrets, which open the same
 * place.
 *
 * @param isSame whether options come to what the destination had
 * @returns null where nothing of that changed
 */
export function formerOptions(before: Kept, now: Kept, isSame: (options: readonly StoredOption[]) => boolean): Former | null {
  const secrets = new Set([...before.options, ...now.options].flatMap((option) => (secretRefs([option]).length > 0 ? [option.name] : [])));
  const open = (options: readonly StoredOption[]) => options.filter(({ name }) => !secrets.has(name));
  const withOldSecrets = [...open(now.options), ...before.options.filter(({ name }) => secrets.has(name))];
  if (now.plugin === before.plugin && isSame(withOldSecrets)) return null;
  const values = new Map(open(now.options).map(({ name, value }) => [name, value]));
  const changed = open(before.options).filter(({ name, value }) => now.plugin !== before.plugin || !isDeepStrictEqual(values.get(name), value));
  // An option that holds others may hold secrets.
  const former = changed.flatMap(({ name, value }): [string, string][] => (typeof value === 'object' ? [] : [[name, String(value).slice(0, longest)]]));
  return Object.fromEntries([['plugin', before.plugin], ...former]);
}
