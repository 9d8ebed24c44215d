import { AppError } from '@sifaka/kernel';
import { AccessToken, HttpApi, type ApiAnswer, type ApiRequest, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { secretsOfKey } from './service-account-key.js';
import { ServiceAccountToken } from './service-account-token.js';

export interface GoogleSettings {
  /** Of the API, as messages say it: "Google Cloud DNS". */
  name: string;
  url: string;
  /** The JSON text that Google hands out. */
  serviceAccountKey: string;
  /** What its tokens are for, as narrow as can be. */
  scope: string;
  context: Pick<PluginContext, 'clock' | 'signal' | 'fetch'>;
}

const Fault = z.object({ error: z.object({ message: z.string(), status: z.string().optional(), errors: z.array(z.object({ reason: z.string() })).default([]) }) });

/** Reasons of a 403 that is about how often, not about what. */
const throttles = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded']);

/** One JSON API of Google, called as a service account. Its token goes to this address alone. */
export class GoogleSession {
  private readonly api: HttpApi;
  private readonly token: AccessToken;

  constructor({ name, url, serviceAccountKey, scope, context }: GoogleSettings) {
    const account = new ServiceAccountToken(serviceAccountKey, scope, context);
    const secrets = secretsOfKey(serviceAccountKey);
    this.api = new HttpApi({ name, url, secrets, explain: googleWords, context });
    this.token = new AccessToken({ grant: () => account.grant(), clock: context.clock, secrets });
  }

  /** @throws AppError as `HttpApi`, `rate_limited` for quotas, and what the token service says */
  async send(path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const accepts = [...(request.accepts ?? []), 401, 403];
    const answer = await this.token.with((token) => this.api.send(path, { ...request, accepts, headers: { ...request.headers, authorization: `Bearer ${token}` } }));
    if (answer.status === 403 && isThrottled(answer.body)) throw new AppError('rate_limited', this.api.refusal(path, request, answer).message);
    if (answer.status === 401) throw this.api.refusal(path, request, answer);
    if (answer.status === 403 && request.accepts?.includes(403) !== true) throw this.api.refusal(path, request, answer);
    return answer;
  }

  async read<Schema extends z.ZodType>(schema: Schema, path: string, request: ApiRequest = {}): Promise<z.output<Schema>> {
    return this.parse(schema, await this.send(path, request), path);
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

/** What an API of Google says in an error, with its name for it; undefined when the body is none. */
export function googleWords(body: unknown): string | undefined {
  const fault = Fault.safeParse(body).data?.error;
  if (fault === undefined) return undefined;
  const [first] = fault.errors;
  return `${fault.status === undefined ? '' : `${fault.status}: `}${fault.message}${first === undefined ? '' : ` (${first.reason})`}`;
}

function isThrottled(body: unknown): boolean {
  return Fault.safeParse(body).data?.error.errors.some(({ reason }) => throttles.has(reason)) === true;
}
