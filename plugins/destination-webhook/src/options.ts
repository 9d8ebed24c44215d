import { longText, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const WebhookOptions = z
  .object({
    url: z.url({ protocol: /^https?$/ }).max(2_048).describe('Address that is told of certificates by POST'),
    secret: secret().min(16).max(1_024).describe('Key of the signatures (HMAC-SHA256) by which the receiver knows who sent them; at least 16 characters').meta({ sensitive: true, staysHere: true }),
    includePrivateKey: z.boolean().default(false).describe('Send the private key too; only by HTTPS'),
    verifyByGet: z.boolean().default(false).describe('The receiver answers GET with the fingerprint that it holds: it is asked after each upload'),
    ca_bundle: longText().max(262_144).optional().describe('Certificate of a private CA that the receiver presents itself with, in PEM'),
  })
  .refine(({ url, includePrivateKey }) => !includePrivateKey || url.startsWith('https:'), { path: ['url'], error: 'must be an address with https, because private keys are sent to it' });
export type WebhookOptions = z.output<typeof WebhookOptions>;
