import { createPrivateKey, type KeyObject } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import { HttpApi, type GrantedToken, type PluginContext } from '@sifaka/plugin-sdk';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { secretsOfKey, serviceAccountKey, type ServiceAccountKey } from './service-account-key.js';

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** The most that Google takes. */
const assertionSeconds = 3_600;

const Token = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
const Fault = z.object({ error: z.string(), error_description: z.string().optional() });

/** Tokens of a service account, for an assertion that its key signs (RFC 7523; https://developers.google.com/identity/protocols/oauth2/service-account). */
export class ServiceAccountToken {
  private opened: { account: ServiceAccountKey; key: KeyObject } | null = null;

  constructor(
    private readonly keyText: string,
    private readonly scope: string,
    private readonly context: Pick<PluginContext, 'clock' | 'signal' | 'fetch'>,
  ) {}

  /** @throws AppError `failed_precondition` for a key that is none, or that Google does not take; else as `HttpApi` */
  async grant(): Promise<GrantedToken> {
    this.opened ??= open(this.keyText);
    const { origin, pathname, search } = new URL(this.opened.account.token_uri);
    const assertion = await this.assertion(this.opened);
    const secrets = [assertion, ...secretsOfKey(this.keyText)];
    const api = new HttpApi({ name: "Google's token service", url: origin, context: this.context, secrets, explain });
    const form = { grant_type: grantType, assertion };
    const { access_token: token, expires_in: expiresInSeconds } = await api.read(Token, pathname + search, { method: 'POST', form });
    return { token, expiresInSeconds };
  }

  private assertion({ account, key }: { account: ServiceAccountKey; key: KeyObject }): Promise<string> {
    const { client_email: email, token_uri: audience, private_key_id: keyId } = account;
    const now = Math.floor(this.context.clock.now().getTime() / 1_000);
    return new SignJWT({ scope: this.scope })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) })
      .setIssuer(email)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + assertionSeconds)
      .sign(key);
  }
}

function open(text: string): { account: ServiceAccountKey; key: KeyObject } {
  const account = serviceAccountKey(text);
  const key = keyOf(account.private_key);
  if (key?.asymmetricKeyType === 'rsa') return { account, key };
  throw new AppError('failed_precondition', 'service_account_key: private_key is no RSA key in PEM', { reason: 'google.key' });
}

/** Faults are told without cause: what reads keys quotes them. */
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
