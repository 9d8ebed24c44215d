import { createPrivateKey, type KeyObject } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import { HttpApi, type GrantedToken, type PluginContext } from '@sifaka/plugin-sdk';
import { SignJWT } from 'jose';
import { z } from 'zod';

const KeyFile = z.object({
  type: z.literal('service_account'),
  client_email: z.email(),
  private_key: z.string(),
  private_key_id: z.string().optional(),
  token_uri: z.url({ protocol: /^https$/ }),
});

const Granted = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
const Refusal = z.object({ error: z.string(), error_description: z.string().optional() });

const scope = 'https://www.googleapis.com/auth/cloud-platform';

/** Google's longest. */
const assertionSeconds = 3_600;

/** Exchanges the key of a service account for an access token (RFC 7523, "Using OAuth 2.0 for server to server applications"). */
export class ServiceAccount {
  private opened: { file: z.output<typeof KeyFile>; key: KeyObject } | null = null;

  constructor(
    private readonly keyText: string,
    private readonly context: Pick<PluginContext, 'clock' | 'signal' | 'fetch'>,
  ) {}

  /** @throws AppError `failed_precondition` for a key that is none, or that Google does not take */
  async grant(): Promise<GrantedToken> {
    this.opened ??= open(this.keyText);
    const { token_uri: address } = this.opened.file;
    const assertion = await this.assertion(this.opened);
    const { origin, pathname, search } = new URL(address);
    const api = new HttpApi({ name: "Google's token service", url: origin, context: this.context, secrets: [assertion], explain });
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
    const { access_token: token, expires_in: expiresInSeconds } = await api.read(Granted, `${pathname}${search}`, { method: 'POST', form });
    return { token, expiresInSeconds };
  }

  private assertion({ file, key }: { file: z.output<typeof KeyFile>; key: KeyObject }): Promise<string> {
    const seconds = Math.floor(this.context.clock.now().getTime() / 1_000);
    return new SignJWT({ scope })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(file.private_key_id !== undefined && { kid: file.private_key_id }) })
      .setIssuer(file.client_email)
      .setAudience(file.token_uri)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + assertionSeconds)
      .sign(key);
  }
}

function explain(body: unknown): string | undefined {
  const refusal = Refusal.safeParse(body).data;
  return refusal === undefined ? undefined : [refusal.error, refusal.error_description ?? []].flat().join(': ');
}

/** Faults are told without cause: what reads JSON and keys quotes them. */
function open(text: string): { file: z.output<typeof KeyFile>; key: KeyObject } {
  const parsed = KeyFile.safeParse(json(text));
  if (!parsed.success) {
    const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].filter((field) => field !== '').join(', ');
    throw badKey(fields === '' ? 'is not a JSON object' : `is not the key of a service account: ${fields} is missing or wrong${fields.includes('token_uri') ? ' (token_uri has to be an https address)' : ''}`);
  }
  const key = rsaKey(parsed.data.private_key);
  if (key === null) throw badKey('has a private_key that is no RSA key in PEM form');
  return { file: parsed.data, key };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (/^[^\n{}"]*(?:[/\\][^\n{}"]*|\.json)$/.test(text.trim())) throw badKey('is not JSON but looks like a path: give the text itself, or name the file in GOOGLE_APPLICATION_CREDENTIALS_FILE');
    throw badKey('is not JSON');
  }
}

function rsaKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : null;
  } catch {
    return null;
  }
}

const badKey = (fault: string): AppError => new AppError('failed_precondition', `service_account_key ${fault}`, { reason: 'googleca.bad_key' });
