import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const UltraDnsOptions = z.object({
  username: z.string().min(1).describe('User of the API').meta({ setting: 'ACME_ULTRADNS_USERNAME' }),
  password: secret().min(1).describe('Password of the user').meta({ setting: 'ACME_ULTRADNS_PASSWORD' }),
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://api.ultradns.com')
    .describe('Address of the API, without a version')
    .meta({ setting: 'ACME_ULTRADNS_DOMAIN' }),
});

export type UltraDnsOptions = z.output<typeof UltraDnsOptions>;
