import { z } from 'zod';
import { Id } from '../values.js';

/**
 * Input fields with the tolerance that Lemur's clients rely on (rest-api §1.3): numbers and booleans as text, times with
 * any offset. What is accepted is stated in each message.
 */
const trueWords = ['true', 'True', 'TRUE', 't', 'T', '1'];
const falseWords = ['false', 'False', 'FALSE', 'f', 'F', '0'];

export const bool = () =>
  z
    .union([z.boolean(), z.literal(1), z.literal(0), z.enum([...trueWords, ...falseWords])], { error: 'must be a boolean (true or false)' })
    .transform((value) => value === true || value === 1 || (typeof value === 'string' && trueWords.includes(value)));

/** A truth as list parameters know it: `true, yes, on, t, 1` in any case; everything else is false. */
export const flag = () =>
  z.string().transform((value) => ['true', 'yes', 'on', 't', '1'].includes(value.toLowerCase()));

const notWhole = ({ input }: { input?: unknown }): string => `must be a whole number${input === undefined ? '' : `, not ${excerpt(input)}`}`;

/** What was given, as a message quotes it: enough to find it by, never a whole document. Nothing for secrets. */
function excerpt(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

export const int = (bounds: { min?: number; max?: number } = {}) => {
  const min = bounds.min ?? -2_147_483_648;
  const max = bounds.max ?? 2_147_483_647;
  return z
    .union([z.number(), z.string().regex(/^\s*[+-]?\d{1,12}\s*$/, { error: notWhole })], { error: notWhole })
    .transform(Number)
    .pipe(z.int({ error: notWhole }).min(min, { error: `must be at least ${min}` }).max(max, { error: `must be at most ${max}` }));
};

/** ISO 8601 with a time part; without an offset it means UTC. Comes out as UTC with `Z`. */
export const dateTime = () =>
  z
    .string({ error: 'must be a timestamp such as 2026-12-01T00:00:00Z' })
    .regex(/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|z|[+-]\d{2}:?\d{2})?$/, {
      error: 'must be a timestamp with a time part, such as 2026-12-01T00:00:00Z',
    })
    .transform((text, context) => {
      const zoned = /(Z|z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`;
      const time = new Date(zoned.replace(' ', 'T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2').replace('z', 'Z'));
      if (!Number.isNaN(time.getTime()) && isCalendarDay(text) && time.getUTCFullYear() >= 1950 && time.getUTCFullYear() <= 9999) return time.toISOString();
      context.addIssue({ code: 'custom', message: `"${text}" is no point in time between the years 1950 and 9999` });
      return z.NEVER;
    });

/** `Date` reads the 30th of February as the 2nd of March. */
function isCalendarDay(text: string): boolean {
  const day = text.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

/** One address, lower-cased: ownership, roles and labels follow it. */
export const email = () =>
  z
    .string({ error: 'must be an e-mail address' })
    .max(128, { error: 'must have at most 128 characters' })
    .trim()
    .toLowerCase()
    .regex(/^(?:"[^"\\\r\n]{1,62}"|[^\s@"(),:;<>[\]\\]{1,64})@[^\s@"(),:;<>[\]\\]+$/, { error: 'must be an e-mail address such as team@example.com' });

export const text = (max: number) =>
  z.string({ error: 'must be a string' }).max(max, { error: `must have at most ${max} characters` });

/** What a thing is called by: said, and something that can be seen. */
export const title = (max: number) =>
  text(max)
    .min(1, { error: 'must not be empty' })
    .refine((given) => given === '' || given.trim() !== '', { error: 'must not be blank' });

/** `{ "id": 4 }` or `{ "name": "…" }`; the id wins, other keys are ignored. `nameKey` is what the kind calls its name. */
export const ref = (nameKeys: readonly string[] = ['name']) =>
  z
    .record(z.string(), z.json(), { error: `must be an object with "id" or "${nameKeys[0] ?? 'name'}"` })
    .transform((value, context) => {
      if (value.id !== undefined && value.id !== null) {
        const id = Id.safeParse(typeof value.id === 'string' ? Number(value.id) : value.id);
        if (id.success) return { id: id.data };
        context.addIssue({ code: 'custom', message: `"${JSON.stringify(value.id).slice(0, 40)}" is no id: a positive integer is needed` });
        return z.NEVER;
      }
      const name = nameKeys.map((key) => value[key]).find((candidate) => typeof candidate === 'string' && candidate !== '');
      if (typeof name === 'string' && name.length <= 256) return { name };
      context.addIssue({ code: 'custom', message: `needs an "id" or a "${nameKeys[0] ?? 'name'}"` });
      return z.NEVER;
    });

export const refs = (nameKeys?: readonly string[]) => z.array(ref(nameKeys), { error: 'must be an array of references' }).max(200);

/** Path segment of decimal digits; anything else does not match the route. */
export const idParam = () => z.string().regex(/^\d+$/).transform(Number);
