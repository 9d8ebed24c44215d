import { accountNumber, awsOptions, regionOptions } from '@sifaka/aws';
import { z } from 'zod';

export const AcmSourceOptions = z.object({
  accountNumber: accountNumber().describe('AWS account, twelve digits'),
  ...regionOptions,
  ...awsOptions,
});
export type AcmSourceOptions = z.output<typeof AcmSourceOptions>;
