import { z } from 'zod';

export const Pkcs7Options = z.object({
  format: z.enum(['PEM', 'DER']).default('PEM').describe('Form of the file: text, or binary'),
});
