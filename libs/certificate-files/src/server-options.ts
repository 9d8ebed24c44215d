import { z } from 'zod';

/** A command line; who may say what it is, its plugin knows. */
export const commandOption = () =>
  z
    .string()
    .max(1_024)
    .regex(/^[^\0\n\r]+$/, { error: 'must be one line' })
    .optional();

/** A user or a group. */
export const accountOption = () =>
  z
    .string()
    .max(32)
    .regex(/^(?:[0-9]{1,10}|[a-z_][a-z0-9_-]*\$?)$/, { error: 'must be a name or a number' })
    .optional();
