import { serviceAccountKey, serviceAccountKeyFault } from '@sifaka/google';
import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

export const GoogleOptions = z
  .object({
    service_account_key: secret().max(10_000).describe('Key of a service account, the JSON file as Google hands it out'),
    project: z
      .string()
      .regex(/^[a-z0-9.:-]{1,100}$/, { error: 'must be the id of a project' })
      .optional()
      .describe("Project that holds the zones; by default the service account's own"),
    url: z
      .url({ protocol: /^https?$/ })
      .default('https://dns.googleapis.com')
      .describe('Address of the Cloud DNS API'),
  })
  .superRefine(({ service_account_key: text, project }, refinement) => {
    const fault = serviceAccountKeyFault(text);
    if (fault !== null) refinement.addIssue({ code: 'custom', path: ['service_account_key'], message: fault });
    else if (serviceAccountKey(text).project_id === undefined && project === undefined) refinement.addIssue({ code: 'custom', path: ['project'], message: 'is needed, for the key names no project' });
  });

export type GoogleOptions = z.output<typeof GoogleOptions>;
