import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { tsigAlgorithms } from './tsig.js';

export const Rfc2136Options = z.object({
  server: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/)
    .describe('Name or address of the primary name server'),
  port: z.int().min(1).max(65_535).default(53).describe('TCP port of the name server'),
  zone: z
    .string()
    .regex(/^[^\s,]+(?:[\s,]+[^\s,]+)*$/)
    .optional()
    .describe('Zones that the key may change, separated by commas; without it the server is asked for the zone of each name, and the provider has to be chosen by name'),
  tsig_name: z
    .string()
    .regex(/^[^\s]+$/)
    .describe('Name of the TSIG key'),
  tsig_secret: secret()
    .regex(/^[A-Za-z0-9+/]+={0,2}$/)
    .describe('Secret of the TSIG key, base64')
    .meta({ staysHere: true }),
  tsig_algorithm: z.enum(tsigAlgorithms).default('hmac-sha256').describe('Algorithm of the TSIG key'),
});

export type Rfc2136Options = z.output<typeof Rfc2136Options>;
