import { secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** An assertion that travels in clear could be used by whoever sees it. */
const tokenAddress = z.url({ protocol: /^https?$/ }).refine((url) => isSafe(new URL(url)), { error: 'must be https' });

const ServiceAccountKey = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  project_id: z.string().optional(),
  token_uri: tokenAddress.default('https://oauth2.googleapis.com/token'),
});

export type ServiceAccountKey = z.output<typeof ServiceAccountKey>;

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
    const { data: key, error } = ServiceAccountKey.safeParse(parsed(text));
    const [issue] = error?.issues ?? [];
    if (issue !== undefined) refinement.addIssue({ code: 'custom', path: ['service_account_key'], message: `is not the JSON key of a service account (${issue.path.join('.') || 'the whole'}: ${issue.message})` });
    else if (key?.project_id === undefined && project === undefined) refinement.addIssue({ code: 'custom', path: ['project'], message: 'is needed, for the key names no project' });
  });

export type GoogleOptions = z.output<typeof GoogleOptions>;

/** @param text of the option, checked by the schema */
export const serviceAccountKey = (text: string): ServiceAccountKey => ServiceAccountKey.parse(parsed(text));

/** The private key line by line: what repeats it may have other line ends. */
export const secretsOf = ({ private_key: pem }: ServiceAccountKey): string[] => pem.split(/\s*\n\s*/).filter((line) => line.length >= 8 && !line.startsWith('-----'));

const isSafe = ({ protocol, hostname }: URL): boolean => protocol === 'https:' || loopback.has(hostname);

/** What `JSON.parse` says about a text that is none repeats parts of it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
