import type { AppError } from '@sifaka/kernel';
import { AccessToken, HttpApi, type ApiAnswer, type ApiRequest, type PluginContext } from '@sifaka/plugin-sdk';
import type { z } from 'zod';
import { EntraToken, type EntraLogin } from './entra-token.js';

export interface AzureSettings {
  /** Of the other side, as messages say it: "Azure". */
  name: string;
  url: string;
  /** Sent as `api-version` with every call. */
  apiVersion: string;
  login: EntraLogin;
  /** Never shown; what is put in later is not shown from then on. */
  secrets?: string[];
  explain: (body: unknown) => string | undefined;
  context: Pick<PluginContext, 'clock' | 'signal' | 'fetch'>;
}

/** One REST API of Azure, called as a service principal. Its token goes to this address alone. */
export class AzureSession {
  private readonly api: HttpApi;
  private readonly token: AccessToken;

  constructor(private readonly settings: AzureSettings) {
    const { name, url, login, secrets = [], explain, context } = settings;
    const entra = new EntraToken(login, context);
    secrets.push(login.clientSecret);
    this.api = new HttpApi({ name, url, secrets, explain, context });
    this.token = new AccessToken({ grant: () => entra.grant(), clock: context.clock, secrets });
  }

  /** @throws AppError as `HttpApi`, and what the login says */
  async send(path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const query = { 'api-version': this.settings.apiVersion, ...request.query };
    const accepts = [...(request.accepts ?? []), 401];
    const answer = await this.token.with((token) => this.api.send(path, { ...request, query, accepts, headers: { ...request.headers, authorization: `Bearer ${token}` } }));
    if (answer.status === 401) throw this.api.refusal(path, request, answer);
    return answer;
  }

  /** As of `HttpApi`. */
  parse<Schema extends z.ZodType>(schema: Schema, answer: ApiAnswer, path: string): z.output<Schema> {
    return this.api.parse(schema, answer, path);
  }

  /** As of `HttpApi`. */
  refusal(path: string, request: ApiRequest, answer: ApiAnswer): AppError {
    return this.api.refusal(path, request, answer);
  }
}
