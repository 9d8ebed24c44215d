import { AppError, isAppError } from '@sifaka/kernel';
import { HttpApi, type ApiRequest, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { VaultOptions } from './options.js';

/** A token is renewed this long before it ends. */
const marginMs = 30_000;

const Faults = z.object({ errors: z.array(z.string()) });
const Login = z.object({ auth: z.object({ client_token: z.string(), lease_duration: z.number() }) });

interface Token {
  value: string;
  /** Null: not known, and not made here. */
  endsAt: number | null;
}

/** The HTTP interface of Vault (developer.hashicorp.com/vault/api-docs), logged in. */
export class VaultApi {
  private readonly api: HttpApi;
  private token: Promise<Token> | null = null;

  constructor(
    private readonly options: VaultOptions,
    private readonly context: PluginContext,
  ) {
    const { url, namespace, ca_bundle: caPem, verify_tls: isVerified, token, secret_id: secretId } = options;
    this.api = new HttpApi({
      name: 'Vault',
      url,
      context,
      fetch: context.outbound.fetchWith({ ...(caPem !== undefined && { caPem }), isVerified }),
      headers: { 'x-vault-request': 'true', ...(namespace !== undefined && { 'x-vault-namespace': namespace }) },
      secrets: [token, secretId].filter((secret) => secret !== undefined),
      explain: (body) => Faults.safeParse(body).data?.errors.join('; '),
    });
  }

  /** @throws AppError as `HttpApi` */
  async read<Schema extends z.ZodType>(schema: Schema, path: string, request: ApiRequest = {}): Promise<z.output<Schema>> {
    const token = await this.loggedIn();
    try {
      return await this.ask(schema, path, request, token);
    } catch (error) {
      // A token that ended before its time, for example because Vault was restarted: one login more shows it.
      if (token.endsAt === null || !isAppError(error) || error.code !== 'permission_denied') throw error;
      this.token = null;
      return this.ask(schema, path, request, await this.loggedIn());
    }
  }

  private ask<Schema extends z.ZodType>(schema: Schema, path: string, request: ApiRequest, { value }: Token): Promise<z.output<Schema>> {
    return this.api.read(schema, path, { ...request, headers: { ...request.headers, 'x-vault-token': value } });
  }

  private async loggedIn(): Promise<Token> {
    const current = this.token === null ? null : await this.token.catch(() => null);
    if (current !== null && (current.endsAt === null || current.endsAt - marginMs > this.context.clock.now().getTime())) return current;
    const login = this.logIn();
    this.token = login;
    return login;
  }

  private async logIn(): Promise<Token> {
    const { auth_method: method, token, role_id: roleId, secret_id: secretId, approle_mount: mount } = this.options;
    if (method === 'token') return { value: token ?? '', endsAt: null };
    const startedAt = this.context.clock.now().getTime();
    try {
      const { auth } = await this.api.read(Login, `/v1/auth/${mount}/login`, { method: 'POST', json: { role_id: roleId, secret_id: secretId } });
      return { value: auth.client_token, endsAt: startedAt + auth.lease_duration * 1_000 };
    } catch (error) {
      // Vault says 400 to wrong credentials.
      if (!isAppError(error) || error.code !== 'failed_precondition') throw error;
      throw new AppError('permission_denied', `Vault refused the login with role_id and secret_id at ${mount}: ${error.message}`, { reason: 'vault.login_refused', cause: error });
    }
  }
}
