import { longText } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const CsrOptions = z.object({
  certificate: longText().min(1).describe('Certificate of the CA that will sign, in PEM, and those above it; what is brought must come from it'),
  wait_days: z.int().min(1).max(3_650).default(90).describe('Days after which a request that nobody brought a certificate for is given up'),
});
export type CsrOptions = z.output<typeof CsrOptions>;
