import { accountNumber, awsOptions } from '@sifaka/aws';
import { expirationOptions, intervalRefusal, isIntervalAllowed, matching } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const { partition, endpoint, access_key_id, secret_access_key } = awsOptions;

export const SnsOptions = z
  .object({
    ...expirationOptions,
    accountNumber: accountNumber().describe('Account of the topic, twelve digits'),
    region: matching('[a-z0-9-]{1,25}$').describe('Region of the topic, for example eu-central-1'),
    topicName: matching('[A-Za-z0-9_-]{1,256}(?:\\.fifo)?$').describe('Name of the topic'),
    partition,
    endpoint,
    access_key_id,
    secret_access_key,
  })
  .refine(isIntervalAllowed, intervalRefusal);
export type SnsOptions = z.output<typeof SnsOptions>;
