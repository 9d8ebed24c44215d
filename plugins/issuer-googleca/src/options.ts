import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** One segment of a resource name; it may not lead out of its place as `..` would. */
const segment = (characters: string, rule: string) => z.string().regex(new RegExp(`^[A-Za-z0-9_-][${characters}]{0,62}$`), { error: `may hold ${rule} alone, at most 63 characters` });
const name = () => segment('A-Za-z0-9_.-', 'letters, digits, "_", "." and "-"');

export const GooglecaOptions = z.object({
  Project: name().describe('Project that the CA pool is in'),
  Location: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,63}$/, { error: 'may hold letters, digits and "-" alone, at most 63 characters' })
    .describe('Location of the CA pool, for example europe-west1'),
  CAPool: name().describe('CA pool that certificates are made in'),
  CAName: name().describe('Certificate authority of the pool that issues'),
  service_account_key: secret().min(1).max(16_384).describe('Key of a service account: the JSON text that Google gives, not the path of a file').meta({ type: 'textarea', setting: 'GOOGLE_APPLICATION_CREDENTIALS' }),
  url: z.url({ protocol: /^https?$/ }).default('https://privateca.googleapis.com').describe('Address of the Certificate Authority Service API'),
});
export type GooglecaOptions = z.output<typeof GooglecaOptions>;
