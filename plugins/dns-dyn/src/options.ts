import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const DynOptions = z.object({
  customer_name: z.string().min(1).describe('Name of the customer account').meta({ setting: 'ACME_DYN_CUSTOMER_NAME' }),
  username: z.string().min(1).describe('User of the API').meta({ setting: 'ACME_DYN_USERNAME' }),
  password: secret().min(1).describe('Password of the user').meta({ setting: 'ACME_DYN_PASSWORD' }),
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://api.dynect.net/REST')
    .describe('Address of the API'),
});

export type DynOptions = z.output<typeof DynOptions>;
