import { awsOptions } from '@sifaka/aws';
import { z } from 'zod';

export const AwspcaOptions = z.object({
  ca_arn: z
    .string()
    .regex(/^arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[0-9a-f-]{36}$/, { error: 'must be the ARN of a private CA' })
    .describe('ARN of the private CA; it names region and account'),
  template: z
    .string()
    .regex(/^[A-Za-z0-9_]+\/V\d+$/, { error: 'must be the name of a template, for example EndEntityCertificate/V1' })
    .default('EndEntityCertificate_CSRPassthrough/V1')
    .describe('Template that certificates are issued with'),
  assumes_role: z.boolean().default(true).describe("Assume the role in the CA's account; without it the platform's own credentials are used there"),
  ...awsOptions,
});
export type AwspcaOptions = z.output<typeof AwspcaOptions>;
