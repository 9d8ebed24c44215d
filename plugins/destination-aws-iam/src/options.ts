import { accountNumber, awsOptions } from '@sifaka/aws';
import { matching } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const IamOptions = z.object({
  accountNumber: accountNumber().describe('AWS account, twelve digits'),
  path: matching('/(?:[!-~]{1,510}/)?$')
    .default('/')
    .describe('Path of the server certificates, with a slash at either end; /cloudfront/ or one below it for CloudFront'),
  ...awsOptions,
});
export type IamOptions = z.output<typeof IamOptions>;
