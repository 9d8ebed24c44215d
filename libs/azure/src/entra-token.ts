import { AppError } from '@sifaka/kernel';
import { HttpApi, type GrantedToken, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** A service principal, and what its tokens are for. */
export interface EntraLogin {
  /** `https://login.microsoftonline.com`, or that of a national cloud. */
  authorityUrl: string;
  /** Id or domain of the directory. */
  tenant: string;
  clientId: string;
  clientSecret: string;
  /** The API that takes the token, with `/.default` behind it. */
  scope: string;
}

const Token = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });
const TokenFault = z.object({ error: z.string(), error_description: z.string().optional() });

/** Tokens of Microsoft Entra ID for client credentials (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow). */
export class EntraToken {
  private readonly api: HttpApi;

  constructor(
    private readonly login: EntraLogin,
    context: Pick<PluginContext, 'clock' | 'signal' | 'fetch'>,
  ) {
    this.api = new HttpApi({ name: 'Microsoft Entra ID', url: login.authorityUrl, secrets: [login.clientSecret], explain, context });
  }

  /** @throws AppError `permission_denied` when the credentials do not suffice, else as `HttpApi` */
  async grant(): Promise<GrantedToken> {
    const { tenant, clientId, clientSecret, scope } = this.login;
    const path = `/${tenant}/oauth2/v2.0/token`;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
    const request = { method: 'POST', form, accepts: [400] } as const;
    const answer = await this.api.send(path, request);
    // invalid_client comes as 401 or 400; all of them say that the credentials do not suffice.
    if (answer.status === 400) throw new AppError('permission_denied', this.api.refusal(path, request, answer).message);
    const { access_token: token, expires_in: expiresInSeconds } = this.api.parse(Token, answer, path);
    return { token, expiresInSeconds };
  }
}

function explain(body: unknown): string | undefined {
  const fault = TokenFault.safeParse(body);
  return fault.success ? (fault.data.error_description ?? fault.data.error) : undefined;
}
