import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const NsoneOptions = z.object({
  api_key: secret().min(1).describe('API key that may view and manage zones').meta({ setting: 'ACME_NSONE_KEY' }),
  all_zones: z.boolean().default(false).describe('Also zones that are not marked as primary there (outgoing transfers off); copies of other servers never'),
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://api.nsone.net/v1')
    .describe('Address of the API'),
});

export type NsoneOptions = z.output<typeof NsoneOptions>;
