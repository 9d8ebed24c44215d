import { longText, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const PowerDnsOptions = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .describe('Address of the HTTP API, without /api/v1')
    .meta({ setting: 'ACME_POWERDNS_DOMAIN' }),
  api_key: secret().min(1).describe('API key (api-key in pdns.conf)').meta({ setting: 'ACME_POWERDNS_APIKEY' }),
  server_id: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/)
    .default('localhost')
    .describe('Server id in the API; only a proxy in front of several servers needs another')
    .meta({ setting: 'ACME_POWERDNS_SERVERID' }),
  api_key_name: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .default('X-API-Key')
    .describe('Name of the header that takes the API key')
    .meta({ setting: 'ACME_POWERDNS_APIKEYNAME' }),
  ca_bundle: longText().optional().describe('Certificates of a private CA that the API is trusted by, PEM'),
  verify_tls: z.boolean().default(true).describe('Verify the TLS certificate of the API'),
});

export type PowerDnsOptions = z.output<typeof PowerDnsOptions>;
