import { AppError, isAppError } from '@sifaka/kernel';
import { HttpApi, readAllowedFile, type ApiAnswer, type ApiRequest, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** How the platform logs in. */
export type VaultLogin =
  | { method: 'token'; token: string }
  /** Read at each use: agents renew such files. `folders` are those that the administrator of the installation opened. */
  | { method: 'token-file'; path: string; folders: readonly string[] }
  | { method: 'approle'; mount: string; roleId: string; secretId: string }
  /** With the service account of the pod that the platform runs in. */
  | { method: 'kubernetes'; mount: string; role: string; tokenPath: string; folders: readonly string[] };

export interface VaultSettings {
  url: string;
  /** Vault Enterprise, OpenBao. */
  namespace?: string | undefined;
  /** A private CA that the server presents itself with. */
  caPem?: string | undefined;
  isVerified: boolean;
  login: VaultLogin;
}

/** A token is renewed this long before it ends. */
const marginMs = 30_000;
const tokenFileLimit = 8_192;

const Faults = z.object({ errors: z.array(z.string()) });
const Login = z.object({ auth: z.object({ client_token: z.string(), lease_duration: z.number() }) });

interface Token {
  value: string;
  /** Null: not known, and not made here. */
  endsAt: number | null;
}

/** The HTTP interface of Vault and OpenBao (developer.hashicorp.com/vault/api-docs), logged in. */
export class VaultSession {
  private readonly api: HttpApi;
  private readonly secrets: string[] = [];
  private token: Promise<Token> | null = null;

  constructor(
    private readonly settings: VaultSettings,
    private readonly context: PluginContext,
  ) {
    const { url, namespace, caPem, isVerified, login } = settings;
    if (login.method === 'token') this.secrets.push(login.token);
    if (login.method === 'approle') this.secrets.push(login.secretId);
    this.api = new HttpApi({
      name: 'Vault',
      url,
      context,
      fetch: context.outbound.fetchWith({ ...(caPem !== undefined && { caPem }), isVerified }),
      headers: { 'x-vault-request': 'true', ...(namespace !== undefined && { 'x-vault-namespace': namespace }) },
      secrets: this.secrets,
      explain: (body) => Faults.safeParse(body).data?.errors.join('; '),
    });
  }

  /** @throws AppError as `HttpApi` */
  async read<Schema extends z.ZodType>(schema: Schema, path: string, request: ApiRequest = {}): Promise<z.output<Schema>> {
    return this.api.parse(schema, await this.send(path, request), path);
  }

  /** @throws AppError as `HttpApi` */
  async send(path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const token = await this.loggedIn();
    try {
      return await this.ask(path, request, token);
    } catch (error) {
      // A token that ended before its time, for example because Vault was restarted: one login more shows it.
      if (token.endsAt === null || !isAppError(error) || error.code !== 'permission_denied') throw error;
      this.token = null;
      return this.ask(path, request, await this.loggedIn());
    }
  }

  private ask(path: string, request: ApiRequest, { value }: Token): Promise<ApiAnswer> {
    return this.api.send(path, { ...request, headers: { ...request.headers, 'x-vault-token': value } });
  }

  private async loggedIn(): Promise<Token> {
    const { login } = this.settings;
    if (login.method === 'token') return { value: login.token, endsAt: null };
    if (login.method === 'token-file') return { value: await this.firstLine('tokenFileOrVaultRole', login.path, login.folders), endsAt: null };
    const current = this.token === null ? null : await this.token.catch(() => null);
    if (current !== null && (current.endsAt === null || current.endsAt - marginMs > this.context.clock.now().getTime())) return current;
    const token = this.logIn(login);
    this.token = token;
    return token;
  }

  private async logIn(login: Exclude<VaultLogin, { method: 'token' | 'token-file' }>): Promise<Token> {
    const startedAt = this.context.clock.now().getTime();
    const json = login.method === 'approle' ? { role_id: login.roleId, secret_id: login.secretId } : { role: login.role, jwt: await this.firstLine('service_account_token_path', login.tokenPath, login.folders) };
    try {
      const { auth } = await this.api.read(Login, `/v1/auth/${login.mount}/login`, { method: 'POST', json });
      this.remember(auth.client_token);
      // A lease of 0 s is that of a token without end.
      return { value: auth.client_token, endsAt: auth.lease_duration === 0 ? Number.MAX_SAFE_INTEGER : startedAt + auth.lease_duration * 1_000 };
    } catch (error) {
      // Vault says 400 to wrong credentials.
      if (!isAppError(error) || error.code !== 'failed_precondition') throw error;
      const shown = login.method === 'approle' ? 'role_id and secret_id' : `role "${login.role}" and the service account of the platform`;
      throw new AppError('permission_denied', `Vault refused the login with ${shown} at ${login.mount}: ${error.message}`, { reason: 'vault.login_refused', cause: error });
    }
  }

  private async firstLine(option: string, path: string, folders: readonly string[]): Promise<string> {
    const text = await readAllowedFile(option, path, { folders, setting: 'SIFAKA_VAULT_FILE_FOLDERS', maxBytes: tokenFileLimit });
    const line = (text?.split('\n')[0] ?? '').trim();
    if (!/^[A-Za-z0-9._-]{8,8000}$/.test(line)) {
      const message = text === null ? `there is no file ${path}` : `the file ${path} does not hold a token in its first line`;
      throw new AppError('failed_precondition', `${option}: ${message}`, { reason: 'vault.token_file', fields: [{ path: `plugin.pluginOptions.${option}`, message }] });
    }
    this.remember(line);
    return line;
  }

  /** Words of the other side are cleaned of the last few tokens. */
  private remember(token: string): void {
    if (this.secrets.includes(token)) return;
    this.secrets.push(token);
    if (this.secrets.length > 10) this.secrets.splice(1, 1);
  }
}
