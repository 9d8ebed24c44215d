import { AppError } from '@sifaka/kernel';
import { z } from 'zod';

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** An assertion that travels in clear could be used by whoever sees it. */
const tokenAddress = z.url({ protocol: /^https?$/ }).refine((url) => isSafe(new URL(url)));

const ServiceAccountKey = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  project_id: z.string().optional(),
  token_uri: tokenAddress.default('https://oauth2.googleapis.com/token'),
});

/** The JSON file that Google hands out for a service account. */
export type ServiceAccountKey = z.output<typeof ServiceAccountKey>;

/** @throws AppError `failed_precondition` for a text that is none; it says why, without a part of the text */
export function serviceAccountKey(text: string): ServiceAccountKey {
  const read = readKey(text);
  if (typeof read !== 'string') return read;
  throw new AppError('failed_precondition', `service_account_key ${read}`, { reason: 'google.key' });
}

/** Why a text is no key of a service account, to be put behind the name of an option; null: it is one. */
export function serviceAccountKeyFault(text: string): string | null {
  const read = readKey(text);
  return typeof read === 'string' ? read : null;
}

/** The private key line by line: what repeats it may have other line ends. Nothing for a text that is no key. */
export function secretsOfKey(text: string): string[] {
  const read = readKey(text);
  return typeof read === 'string' ? [] : read.private_key.split(/\s*\n\s*/).filter((line) => line.length >= 8 && !line.startsWith('-----'));
}

function readKey(text: string): ServiceAccountKey | string {
  const json = parsed(text);
  if (json === undefined && /^[^\n{}"]*(?:[/\\][^\n{}"]*|\.json)$/.test(text.trim())) return 'is not JSON but looks like a path: give the text itself (where GOOGLE_APPLICATION_CREDENTIALS fills the option, name the file in GOOGLE_APPLICATION_CREDENTIALS_FILE)';
  if (json === undefined) return 'is not the JSON key of a service account: it is not JSON';
  const { data, error } = ServiceAccountKey.safeParse(json);
  if (data !== undefined) return data;
  const fields = [...new Set(error.issues.map(({ path }) => path.join('.')))].filter((field) => field !== '').join(', ');
  if (fields === '') return 'is not the JSON key of a service account: it is not a JSON object';
  return `is not the JSON key of a service account: ${fields} is missing or wrong${fields.includes('token_uri') ? ' (token_uri has to be an https address)' : ''}`;
}

const isSafe = ({ protocol, hostname }: URL): boolean => protocol === 'https:' || loopback.has(hostname);

/** What `JSON.parse` says about a text that is none repeats parts of it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
