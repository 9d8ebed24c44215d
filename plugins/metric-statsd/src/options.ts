import { z } from 'zod';

const host = z.string().max(253).regex(/^[A-Za-z0-9._:-]+$/, { error: 'must be a host name or an address' });

export const StatsdOptions = z.object({
  host: host.default('localhost').describe('Host of the StatsD server or agent').meta({ setting: 'STATSD_HOST' }),
  port: z.int().min(1).max(65_535).default(8_125).describe('UDP port of the StatsD server or agent').meta({ setting: 'STATSD_PORT' }),
  prefix: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9._-]+$/, { error: 'must consist of letters, digits, dots, underscores and hyphens' })
    .optional()
    .describe('Stands before each name, with a dot between')
    .meta({ setting: 'STATSD_PREFIX' }),
});
export type StatsdOptions = z.output<typeof StatsdOptions>;
