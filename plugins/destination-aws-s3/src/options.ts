import { accountNumber, awsOptions } from '@sifaka/aws';
import { exportPlugin, matching } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const S3Options = z.object({
  exportPlugin: exportPlugin().optional().describe('Export plugin that makes the file; without it a .pem of certificate, chain and key. Tokens of challenges need none'),
  bucket: matching('[0-9a-z][0-9a-z.-]{1,61}[0-9a-z]$').describe('Name of the bucket'),
  accountNumber: accountNumber().describe('Account of the bucket, twelve digits'),
  encrypt: z.boolean().default(true).describe('Have certificates encrypted at rest by S3 (AES256); tokens of challenges never are'),
  prefix: matching('(?!/)[^\\0\\n\\r]{0,512}$').default('').describe('Folder of the files, for HTTP-01 the one that is served as /.well-known/acme-challenge/; does not begin with a slash'),
  assumes_role: z.boolean().default(true).describe("Assume the role in the bucket's account; without it the platform's own credentials are used there"),
  ...awsOptions,
});
export type S3Options = z.output<typeof S3Options>;
