import { z } from 'zod';

const truths = new Map<string, boolean>([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off'].map((word) => [word, false] as const),
]);

/**
 * Turns the text of an environment variable into what the schema wants: booleans, numbers, lists and maps (JSON, or comma
 * separated: `a,b` and `a=1,b=2`). Text that does not fit stays text, so that the schema names the fault.
 */
export function coerce(schema: z.core.$ZodType, text: string): unknown {
  const inner = unwrap(schema);
  const word = text.trim();
  if (inner instanceof z.ZodBoolean) return truths.get(word.toLowerCase()) ?? text;
  if (inner instanceof z.ZodNumber) return word !== '' && Number.isFinite(Number(word)) ? Number(word) : text;
  if (inner instanceof z.ZodArray) return list(inner.element, word);
  if (inner instanceof z.ZodRecord) return map(inner.valueType, word);
  if (inner instanceof z.ZodObject) return json(word) ?? text;
  if (inner instanceof z.ZodUnion) return union(inner.options, text);
  return text;
}

/** Looks through defaults, optionals and transformations at what is read first. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable
  ) {
    return unwrap(schema.unwrap());
  }
  if (schema instanceof z.ZodCatch || schema instanceof z.ZodReadonly) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  return schema;
}

function list(element: z.core.$ZodType, text: string): unknown {
  if (text.startsWith('[')) return json(text) ?? text;
  return parts(text).map((part) => coerce(element, part));
}

function map(value: z.core.$ZodType, text: string): unknown {
  if (text.startsWith('{')) return json(text) ?? text;
  const pairs = parts(text).map((part) => part.split('='));
  if (pairs.some((pair) => pair.length < 2)) return text;
  return Object.fromEntries(pairs.map(([key = '', ...rest]) => [key.trim(), coerce(value, rest.join('=').trim())]));
}

function union(options: readonly z.core.$ZodType[], text: string): unknown {
  for (const option of options) {
    const value = coerce(option, text);
    if (z.safeParse(option, value).success) return value;
  }
  return text;
}

function parts(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
