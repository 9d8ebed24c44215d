import { passphraseOption } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const partChoices = ['certificate, chain and key', 'certificate and key', 'key', 'certificate and chain', 'certificate', 'chain'] as const;

export const PemOptions = z.object({
  parts: z.enum(partChoices).default('certificate, chain and key').describe('What the file holds, in this order'),
  keyFormat: z.enum(['traditional', 'PKCS#8']).default('traditional').describe('Form of the key: RSA PRIVATE KEY or EC PRIVATE KEY, or PRIVATE KEY'),
  passphrase: passphraseOption().optional().describe('Encrypts the key, always as PKCS#8 with AES-256; without it the key is in clear'),
});
