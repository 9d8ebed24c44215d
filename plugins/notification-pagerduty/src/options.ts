import { expirationOptions, intervalRefusal, isIntervalAllowed, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const PagerDutyOptions = z
  .object({
    ...expirationOptions,
    routing_key: secret().regex(/^[A-Za-z0-9]{32}$/, { error: 'must be the integration key of a service, 32 letters and digits' }).describe('Integration key of a service with "Events API v2"'),
    region: z.enum(['us', 'eu']).default('us').describe('Service region of the account'),
    endpoint: z.url({ protocol: /^https?$/ }).max(2_048).optional().describe('Address to use instead of the public one of the region'),
  })
  .refine(isIntervalAllowed, intervalRefusal);
export type PagerDutyOptions = z.output<typeof PagerDutyOptions>;
