import { serviceAccountKeyFault } from '@sifaka/google';
import { matching, nameTemplatePattern, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const variables = '{CN}, {OU}, {O}, {L}, {S} and {C} stand for parts of the subject (* is "wildcard")';

export const GcsOptions = z
  .object({
    bucketName: matching('[A-Za-z0-9][A-Za-z0-9._-]{1,221}$').describe('Name of the bucket'),
    certObjectName: matching(nameTemplatePattern).max(512).default('{CN}.crt').describe(`Object that the certificate and its chain go into; ${variables}`).meta({ required: true }),
    keyObjectName: matching(nameTemplatePattern).max(512).default('{CN}.key.pem').describe('Object that the private key goes into, where there is one; the same variables').meta({ required: true }),
    service_account_key: secret()
      .min(1)
      .max(16_384)
      .describe('Key of a service account: the JSON text that Google gives, not the path of a file')
      .meta({ type: 'textarea', setting: 'GOOGLE_APPLICATION_CREDENTIALS' }),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .default('https://storage.googleapis.com')
      .describe('Address of the Cloud Storage JSON API; another one for other stores that speak it'),
  })
  .superRefine(({ certObjectName, keyObjectName, service_account_key: key }, refinement) => {
    if (certObjectName === keyObjectName) refinement.addIssue({ code: 'custom', path: ['keyObjectName'], message: 'must differ from certObjectName' });
    const fault = serviceAccountKeyFault(key);
    if (fault !== null) refinement.addIssue({ code: 'custom', path: ['service_account_key'], message: fault });
  });
export type GcsOptions = z.output<typeof GcsOptions>;
