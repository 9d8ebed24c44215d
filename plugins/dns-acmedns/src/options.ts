import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const AcmeDnsOptions = z.object({
  url: z.url({ protocol: /^https?$/ }).describe('Address of the acme-dns server'),
  username: z.string().min(1).describe('Username that /register gave'),
  password: secret().min(1).describe('Password that /register gave'),
  subdomain: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .describe('Subdomain that /register gave'),
  fulldomain: z
    .string()
    .regex(/^[A-Za-z0-9.-]+$/)
    .describe('Full domain that /register gave: the target of the aliases'),
  zones: z
    .string()
    .regex(/^[^\s,]+(?:[\s,]+[^\s,]+)*$/)
    .optional()
    .describe('Names whose _acme-challenge is an alias (CNAME) to the full domain, separated by commas; only needed where aliases are not followed'),
});

export type AcmeDnsOptions = z.output<typeof AcmeDnsOptions>;
