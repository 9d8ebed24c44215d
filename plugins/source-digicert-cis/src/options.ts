import { digicertCisAccessOptions } from '@sifaka/ca-clients';
import { z } from 'zod';

export const DigicertCisSourceOptions = z.object(digicertCisAccessOptions);
export type DigicertCisSourceOptions = z.output<typeof DigicertCisSourceOptions>;
