import type { Name } from './name.js';

/** Whether two names match although their encodings differ: string types, case and runs of spaces do not count (RFC 5280 §7.1). */
export function isSameName(a: Name, b: Name): boolean {
  return a.length === b.length && a.every((attribute, index) => {
    const other = b[index];
    return attribute.oid === other?.oid && attribute.joinsPrevious === other.joinsPrevious && folded(attribute.value) === folded(other.value);
  });
}

const folded = (value: string): string => value.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
