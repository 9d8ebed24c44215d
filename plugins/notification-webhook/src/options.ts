import { expirationOptions, intervalRefusal, isIntervalAllowed, longText, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const WebhookOptions = z
  .object({
    ...expirationOptions,
    url: z.url({ protocol: /^https?$/ }).max(2_048).describe('Address that messages are sent to by POST'),
    secret: secret().min(16).max(1_024).describe('Key of the signatures (HMAC-SHA256) by which the receiver knows who sent them; at least 16 characters').meta({ sensitive: true, staysHere: true }),
    ca_bundle: longText().max(262_144).optional().describe('Certificate of a private CA that the receiver presents itself with, in PEM'),
  })
  .refine(isIntervalAllowed, intervalRefusal);
export type WebhookOptions = z.output<typeof WebhookOptions>;
