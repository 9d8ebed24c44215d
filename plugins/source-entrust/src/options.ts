import { checkEntrustClient, entrustAccessOptions } from '@sifaka/ca-clients';
import { z } from 'zod';

export const EntrustSourceOptions = z.object(entrustAccessOptions).superRefine(checkEntrustClient);
export type EntrustSourceOptions = z.output<typeof EntrustSourceOptions>;
