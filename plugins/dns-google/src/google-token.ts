import { createPrivateKey, type KeyObject } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import { HttpApi, type GrantedToken, type PluginContext } from '@sifaka/plugin-sdk';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { secretsOf, type ServiceAccountKey } from './options.js';

const scope = 'https://www.googleapis.com/auth/ndev.clouddns.readwrite';
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** The most that Google takes. */
const assertionSeconds = 3_600;

const Token = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
const Fault = z.object({ error: z.string(), error_description: z.string().optional() });

/** Tokens of a service account, for an assertion that its key signs (RFC 7523; https://developers.google.com/identity/protocols/oauth2/service-account). */
export class GoogleToken {
  private readonly api: HttpApi;
  private readonly path: string;

  constructor(
    private readonly account: ServiceAccountKey,
    private readonly context: PluginContext,
  ) {
    const { origin, pathname, search } = new URL(account.token_uri);
    this.path = pathname + search;
    this.api = new HttpApi({ name: 'Google', url: origin, secrets: secretsOf(account), explain, context });
  }

  async grant(): Promise<GrantedToken> {
    const request = { method: 'POST', form: { grant_type: grantType, assertion: await this.assertion() }, accepts: [400] } as const;
    const answer = await this.api.send(this.path, request);
    // invalid_grant: unknown account, deleted key, clock that is wrong.
    if (answer.status === 400) throw new AppError('permission_denied', this.api.refusal(this.path, request, answer).message);
    const { access_token: token, expires_in: expiresInSeconds } = this.api.parse(Token, answer, this.path);
    return { token, expiresInSeconds };
  }

  private assertion(): Promise<string> {
    const { client_email: email, token_uri: audience, private_key_id: keyId } = this.account;
    const now = Math.floor(this.context.clock.now().getTime() / 1_000);
    return new SignJWT({ scope })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) })
      .setIssuer(email)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + assertionSeconds)
      .sign(this.key());
  }

  private key(): KeyObject {
    const key = keyOf(this.account.private_key);
    if (key?.asymmetricKeyType === 'rsa') return key;
    throw new AppError('failed_precondition', 'service_account_key: private_key is no RSA key in PEM', { reason: 'google.key' });
  }
}

function keyOf(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

function explain(body: unknown): string | undefined {
  const fault = Fault.safeParse(body);
  return fault.success ? [fault.data.error, fault.data.error_description].filter(Boolean).join(': ') : undefined;
}
