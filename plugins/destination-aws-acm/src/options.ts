import { accountNumber, awsOptions } from '@sifaka/aws';
import { z } from 'zod';

export const AcmOptions = z.object({
  accountNumber: accountNumber().describe('AWS account, twelve digits'),
  ...awsOptions,
});
export type AcmOptions = z.output<typeof AcmOptions>;
