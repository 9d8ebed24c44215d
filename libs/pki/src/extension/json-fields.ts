import { invalidField, shown } from '../invalid.js';

/** One JSON object with the path under which the caller wrote it. */
export class JsonFields {
  private readonly byFoldedKey = new Map<string, unknown>();

  private constructor(
    json: object,
    readonly path: string,
  ) {
    for (const [key, value] of Object.entries(json)) this.byFoldedKey.set(folded(key), value);
  }

  /** Errors: `invalid_argument` when `json` is not an object. */
  static of(json: unknown, path: string): JsonFields {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalidField(path, `${shown(json)} is not an object`);
    return new JsonFields(json, path);
  }

  /** Value of a key in any of its spellings (`subAltNames`, `sub_alt_names`, `sub-alt-names`); `undefined` when absent. */
  value(key: string): unknown {
    return this.byFoldedKey.get(folded(key));
  }

  pathOf(key: string): string {
    return `${this.path}.${key}`;
  }

  object(key: string): JsonFields | undefined {
    const value = this.value(key);
    return value === undefined ? undefined : JsonFields.of(value, this.pathOf(key));
  }

  /** Elements with their paths; absent: none. */
  list(key: string, maxCount: number): { value: unknown; path: string }[] {
    const value = this.value(key);
    if (value === undefined) return [];
    const path = this.pathOf(key);
    if (!Array.isArray(value)) throw invalidField(path, `${shown(value)} is not a list`);
    if (value.length > maxCount) throw invalidField(path, `has ${value.length} entries, at most ${maxCount} are allowed`);
    return value.map((element: unknown, index) => ({ value: element, path: `${path}.${index}` }));
  }

  /** A string or a list of strings. */
  strings(key: string, maxCount: number): { value: string; path: string }[] {
    const value = this.value(key);
    const entries = typeof value === 'string' ? [{ value, path: this.pathOf(key) }] : this.list(key, maxCount);
    return entries.map((entry) => ({ value: text(entry.value, entry.path), path: entry.path }));
  }

  /** `false` when absent. */
  flag(key: string): boolean {
    const value = this.value(key);
    if (value === undefined || falseWords.has(value)) return false;
    if (trueWords.has(value)) return true;
    throw invalidField(this.pathOf(key), `${shown(value)} is not a boolean`);
  }

  text(key: string): string {
    return text(this.value(key), this.pathOf(key));
  }

  /** Integer or numeric string in `0…max`; `undefined` when absent or null. */
  count(key: string, max: number): number | undefined {
    const value = this.value(key);
    if (value === undefined || value === null) return undefined;
    const number = typeof value === 'string' && /^[0-9]{1,10}$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > max) {
      throw invalidField(this.pathOf(key), `${shown(value)} is not an integer from 0 to ${max}`);
    }
    return number;
  }
}

const trueWords: ReadonlySet<unknown> = new Set([true, 1, '1', 't', 'T', 'true', 'True', 'TRUE']);
const falseWords: ReadonlySet<unknown> = new Set([false, 0, '0', 'f', 'F', 'false', 'False', 'FALSE']);

const folded = (key: string): string => key.replace(/[-_]/g, '').toLowerCase();

function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw invalidField(path, value === undefined ? 'is missing' : `${shown(value)} is not a string`);
  return value;
}
