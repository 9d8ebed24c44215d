import { z } from 'zod';

/** Lemur's spelling rule: `commonName`, `common-name` and `common_name` are one key. */
export function snakeCase(key: string): string {
  return key
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
}

/**
 * Brings the keys of an input to the spelling of its schema, at each level that is an object schema (rest-api §1.3).
 * Keys of free maps (key usage, plugin values) stay as they are; a truthy `owner` needs no care here, its field lower-cases.
 */
export function foldKeys(schema: z.core.$ZodType, value: unknown): unknown {
  const inner = unwrap(schema);
  if (Array.isArray(value)) return inner instanceof z.ZodArray ? value.map((item) => foldKeys(inner.element, item)) : value;
  if (typeof value !== 'object' || value === null || !(inner instanceof z.ZodObject)) return value;
  const spelling = spellingsOf(inner);
  const shape: Readonly<Record<string, z.core.$ZodType | undefined>> = inner.shape;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const name = spelling.get(snakeCase(key)) ?? key;
      const field = shape[name];
      return [name, field === undefined ? item : foldKeys(field, item)];
    }),
  );
}

const spellings = new WeakMap<z.ZodObject, Map<string, string>>();

function spellingsOf(schema: z.ZodObject): Map<string, string> {
  const known = spellings.get(schema);
  if (known !== undefined) return known;
  const made = new Map(Object.keys(schema.shape).map((name) => [snakeCase(name), name]));
  spellings.set(schema, made);
  return made;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNonOptional ||
    schema instanceof z.ZodReadonly
  )
    return unwrap(schema.def.innerType);
  if (schema instanceof z.ZodPipe) return unwrap(schema.def.in);
  return schema;
}
