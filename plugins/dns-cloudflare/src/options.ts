import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const CloudflareOptions = z
  .object({
    api_token: secret().optional().describe('API token with the rights Zone:Read and DNS:Edit; takes the place of email and key'),
    email: z.string().optional().describe('Email address of the account, with the global API key').meta({ setting: 'ACME_CLOUDFLARE_EMAIL' }),
    key: secret().optional().describe('Global API key; a token with fewer rights is the better choice').meta({ setting: 'ACME_CLOUDFLARE_KEY' }),
    url: z
      .url({ protocol: /^https?$/ })
      .default('https://api.cloudflare.com/client/v4')
      .describe('Address of the API'),
  })
  .refine(({ api_token: token, email, key }) => token !== undefined || (email !== undefined && key !== undefined), {
    error: 'give api_token, or email and key',
    path: ['api_token'],
  });

export type CloudflareOptions = z.output<typeof CloudflareOptions>;
