import { longText, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const CfsslOptions = z.object({
  url: z.url({ protocol: /^https?$/ }).describe('Address of `cfssl serve`, for example https://cfssl.corp.test:8888').meta({ setting: 'CFSSL_URL' }),
  auth_key: secret()
    .regex(/^(?:[0-9a-fA-F]{2})+$/, { error: 'must be hexadecimal' })
    .optional()
    .describe('Key of a profile with authentication, hexadecimal; requests are then signed with it')
    .meta({ setting: 'CFSSL_KEY', staysHere: true }),
  profile: z.string().max(128).optional().describe('Signing profile; by default the default one'),
  label: z.string().max(128).optional().describe('Label of the signer, where one server has several'),
  certificate: longText().optional().describe('Certificate of the CA in PEM; by default the server is asked').meta({ setting: 'CFSSL_ROOT' }),
  intermediate: longText().optional().describe('Certificates between the CA and what it issues, in PEM').meta({ setting: 'CFSSL_INTERMEDIATE' }),
  ca_bundle: longText().optional().describe('Certificate of a private CA that the server presents itself with, in PEM'),
  verify_tls: z.boolean().default(true).describe('Verify the certificate of the server'),
});
export type CfsslOptions = z.output<typeof CfsslOptions>;
