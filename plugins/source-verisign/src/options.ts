import { verisignAccessOptions } from '@sifaka/ca-clients';
import { z } from 'zod';

export const VerisignSourceOptions = z.object({
  ...verisignAccessOptions,
  product: z
    .string()
    .regex(/^[A-Za-z]{1,64}(?:\s*,\s*[A-Za-z]{1,64}){0,19}$/, { error: 'must be names of products with commas between them, for example Server, HAServer' })
    .default('Server')
    .describe('Products whose certificates are looked for, with commas between them: Server, HAServer, GlobalServer, PrivateServer, …'),
});
export type VerisignSourceOptions = z.output<typeof VerisignSourceOptions>;
