import { accountNumber, awsOptions } from '@sifaka/aws';
import { z } from 'zod';

export const Route53Options = z.object({
  account_id: accountNumber().describe('AWS account that holds the hosted zones, twelve digits; the role is assumed in it'),
  ...awsOptions,
});

export type Route53Options = z.output<typeof Route53Options>;
