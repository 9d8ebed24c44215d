import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** An AWS account as options name it. */
export const accountNumber = () =>
  z.coerce
    .string()
    .regex(/^\d{12}$/, { error: 'must be the twelve digits of an AWS account' })
    .meta({ type: 'str' });

/**
 * Options that every plugin for AWS has: which role of the account is assumed, where, and as whom.
 *
 * Without keys the platform's own credentials are used: environment, web identity of a pod, instance profile.
 */
export const awsOptions = {
  role: z
    .string()
    .regex(/^[\w+=,.@/-]{1,128}$/, { error: 'must be the name of a role' })
    .default('Lemur')
    .describe('Name of the role that is assumed in the account')
    .meta({ setting: 'LEMUR_INSTANCE_PROFILE' }),
  external_id: z.string().max(1_224).optional().describe('External id that the trust policy of the role asks for'),
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, { error: 'must be a region, for example eu-central-1' })
    .optional()
    .describe('Region; by default us-east-1')
    .meta({ setting: 'LEMUR_AWS_REGION' }),
  partition: z.enum(['aws', 'aws-cn', 'aws-us-gov']).default('aws').describe('Partition: aws, aws-cn or aws-us-gov').meta({ setting: 'LEMUR_AWS_PARTITION' }),
  endpoint: z.url({ protocol: /^https?$/ }).optional().describe('Address to use instead of the public one of every service'),
  access_key_id: z.string().min(16).max(128).optional().describe("Access key instead of the platform's own credentials"),
  secret_access_key: secret().min(1).optional().describe('Secret of the access key'),
};

export interface AwsOptions {
  role: string;
  external_id?: string | undefined;
  region?: string | undefined;
  partition: 'aws' | 'aws-cn' | 'aws-us-gov';
  endpoint?: string | undefined;
  access_key_id?: string | undefined;
  secret_access_key?: string | undefined;
}
