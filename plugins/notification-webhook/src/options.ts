import { expirationOptions, intervalRefusal, isIntervalAllowed, longText, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const WebhookOptions = z
  .object({
    ...expirationOptions,
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_048)
      .refine((url) => !hasCredentials(url), { error: 'must be without user name and password: messages are signed with the secret, and a key of the receiver may stand in the query' })
      .describe('Address that messages are sent to by POST; path and query may hold a key of the receiver, so it is not shown again')
      .meta({ sensitive: true }),
    secret: secret().min(16).max(1_024).describe('Key of the signatures (HMAC-SHA256) by which the receiver knows who sent them; at least 16 characters').meta({ sensitive: true, staysHere: true }),
    ca_bundle: longText().max(262_144).optional().describe('Certificate of a private CA that the receiver presents itself with, in PEM'),
  })
  .refine(isIntervalAllowed, intervalRefusal);
export type WebhookOptions = z.output<typeof WebhookOptions>;

/** RFC 3986 section 3.2.1. What is no address at all is refused for that. */
function hasCredentials(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
