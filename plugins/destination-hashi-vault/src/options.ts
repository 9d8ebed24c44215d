import { checkLogin, kvOptions } from '@sifaka/vault';
import { matching, nameTemplatePattern } from '@sifaka/plugin-sdk';
import { RE2JS } from 're2js';
import { z } from 'zod';

const regularExpression = () =>
  z.string().max(1_024).superRefine((text, context) => {
    try {
      RE2JS.compile(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `must be a regular expression: ${error instanceof Error ? error.message : String(error)}` });
    }
  });

export const HashiVaultOptions = z
  .object({
    ...kvOptions,
    vaultPath: matching(nameTemplatePattern).describe('Path of the secret below the engine; {CN}, {OU}, {O}, {L}, {S} and {C} stand for parts of the subject'),
    objectName: matching(nameTemplatePattern).optional().describe('Name of the secret at that path, with the same variables; {CN} when left blank'),
    bundleChain: z
      .enum(['Nginx', 'Apache', 'PEM', 'no chain'])
      .default('Nginx')
      .describe('Nginx: crt holds certificate and chain, key; Apache: crt, chain, key; PEM: pem, chain, key; no chain: crt, key')
      .meta({ required: true }),
    sanFilter: regularExpression().default('.*').describe('Regular expression that the beginning of every DNS name of a certificate must match, whatever its case; others are refused'),
  })
  .superRefine(checkLogin);
export type HashiVaultOptions = z.output<typeof HashiVaultOptions>;
