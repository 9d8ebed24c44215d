import { accountNumber, awsOptions, listOption, regionOptions } from '@sifaka/aws';
import { matching } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const AwsSourceOptions = z.object({
  accountNumber: accountNumber().describe('AWS account, twelve digits'),
  regions: regionOptions.regions,
  path: matching('/(?:[!-~]{1,510}/)?$').default('/').describe('Path of the server certificates, exactly: those below it are not meant'),
  endpointType: z.enum(['elb', 'cloudfront', 'none']).default('elb').describe('Endpoints to look at: classic, application and network load balancers; distributions; or none'),
  excludedRegions: regionOptions.excludedRegions,
  elbIgnoreTags: listOption().optional().describe('Load balancers with a tag of one of these keys are passed over').meta({ setting: 'AWS_ELB_IGNORE_TAGS' }),
  elbIgnoreTag: listOption().optional().describe('The same under its older name').meta({ setting: 'AWS_ELB_IGNORE_TAG' }),
  cloudfrontIgnoreTags: listOption().optional().describe('Distributions with a tag of one of these keys are passed over').meta({ setting: 'AWS_CLOUDFRONT_IGNORE_TAGS' }),
  iamIgnoreTags: listOption().optional().describe('Server certificates with a tag of one of these keys are passed over').meta({ setting: 'AWS_IAM_IGNORE_TAGS' }),
  ...awsOptions,
});
export type AwsSourceOptions = z.output<typeof AwsSourceOptions>;
