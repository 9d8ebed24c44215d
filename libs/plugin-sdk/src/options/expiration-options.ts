import { z } from 'zod';

/** Lemur's limit: it looks no further ahead. */
const maxIntervalDays = 90;

const daysOf = { days: 1, weeks: 7, months: 30 } as const;

/** What every notification plugin has before its own options, as in Lemur: how long before the end of a certificate it is told. */
export const expirationOptions = {
  interval: z.int().min(0).max(9_999).describe('How long before its end a certificate is told of, in units; at most 90 days').meta({ type: 'int', validation: '^\\d+$' }),
  // Lemur's forms ask for it; clients that leave it out mean days.
  unit: z.enum(['days', 'weeks', 'months']).default('days').describe('Unit of the interval; a week has 7 days, a month 30').meta({ required: true }),
};

type Expiration = z.output<z.ZodObject<typeof expirationOptions>>;

/** For `.refine` of the options: nothing is told earlier than Lemur would. */
export const isIntervalAllowed = ({ interval, unit }: Expiration): boolean => interval * daysOf[unit] <= maxIntervalDays;

export const intervalRefusal = { error: `interval and unit must not be more than ${maxIntervalDays} days together` };
