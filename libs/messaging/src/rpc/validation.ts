import { AppError } from '@sifaka/kernel';
import type { z } from 'zod';

/** @throws AppError `invalid_argument` that lists every refused field. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.slice(0, reportedFields).map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const detail = fields.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  throw new AppError('invalid_argument', detail, { fields });
}

/** Drops what the contract does not name. @throws AppError `internal`: the service answered what it must not. */
export function parseOutput<S extends z.ZodType>(schema: S, output: unknown, subject: string): z.output<S> {
  const parsed = schema.safeParse(output);
  if (parsed.success) return parsed.data;
  // Paths and rules are enough to find the bug; the values stay out of the log.
  const faults = parsed.error.issues.slice(0, reportedFields).map(({ path, code }) => `${path.map(String).join('.')}: ${code}`);
  throw new AppError('internal', 'internal error', {
    cause: new Error(`the answer of ${subject} does not fit its contract: ${faults.join('; ')}`),
  });
}

/** A thousand faults say no more than the first twenty. */
const reportedFields = 20;
