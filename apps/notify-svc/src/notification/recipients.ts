import type { StoredOption } from '@sifaka/plugin-host';

/** What the option `recipients` names: addresses or channels, separated by commas. */
export function recipientsIn(options: readonly StoredOption[]): string[] {
  const value = options.find(({ name }) => name === 'recipients')?.value;
  return typeof value === 'string' ? value.split(/[,;\s]+/).filter((each) => each !== '') : [];
}

/** Each once, whatever the case, in the form in which it came first. */
export function distinct(addresses: readonly string[]): string[] {
  const known = new Map<string, string>();
  for (const address of addresses) {
    const key = address.trim().toLowerCase();
    if (key !== '' && !known.has(key)) known.set(key, address.trim());
  }
  return [...known.values()];
}

/** Owners of what was imported need not be addresses. */
export const isAddress = (text: string): boolean => /^[^\s@,;]+@[^\s@,;]+$/.test(text);
