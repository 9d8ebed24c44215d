import { AppError, isAppError } from '@sifaka/kernel';
import type { z } from 'zod';

export interface HttpApiSettings {
  /** How messages call the other side, for example `CFSSL`. */
  name: string;
  /** With or without slash at the end. */
  baseUrl: string;
  fetch: typeof globalThis.fetch;
  /** For every request, for example the credentials; never shown. */
  headers?: Record<string, string> | (() => Promise<Record<string, string>>);
  /** The words of an error answer that are worth showing; by default the text itself, shortened. */
  explain?: (body: unknown) => string | undefined;
  /** Of the host: requests end when it stops. */
  signal: AbortSignal;
  /** Milliseconds for one request and its answer. */
  timeoutMs?: number;
  /** Parts of answers that must not be shown: credentials that the other side might repeat. */
  secrets?: readonly string[];
}

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL. */
  path: string;
  headers?: Record<string, string>;
  /** An object goes out as JSON, search parameters as a form, a text as it is. */
  body?: string | URLSearchParams | Uint8Array | object;
  /** Statuses besides 2xx that are answers and no errors. */
  accepts?: readonly number[];
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  text: string;
}

const defaultTimeoutMs = 20_000;
const maxAnswerChars = 5_000_000;
const maxShownChars = 300;

/**
 * One HTTP interface of another product: the same time limits, error codes and words for every plugin.
 *
 * 401 and 403 become `permission_denied`, 404 `not_found`, 429 `rate_limited` with the pause that was asked for, other 4xx
 * `failed_precondition`, 5xx `upstream_failed`, a missed time limit `upstream_timeout`, a connection that fails `unavailable`.
 */
export class HttpApi {
  constructor(private readonly settings: HttpApiSettings) {}

  /** @throws AppError as the class says; `upstream_failed` for an answer that is not what `schema` expects */
  async json<Schema extends z.ZodType>(schema: Schema, request: ApiRequest): Promise<z.output<Schema>> {
    const { text } = await this.send({ ...request, headers: { accept: 'application/json', ...request.headers } });
    const result = schema.safeParse(parsed(text));
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    const where = issue?.path.map(String).join('.') ?? '';
    throw new AppError('upstream_failed', `${this.settings.name} answered ${request.path} with something unexpected${where === '' ? '' : ` at ${where}`}: ${this.shown(text)}`, { reason: 'upstream.unexpected_answer' });
  }

  /** @throws AppError as the class says */
  async send(request: ApiRequest): Promise<ApiAnswer> {
    const { name, signal, timeoutMs = defaultTimeoutMs } = this.settings;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    let answer: ApiAnswer;
    try {
      answer = await this.exchange(request, limit);
    } catch (error) {
      if (isAppError(error)) throw error;
      if (signal.aborted) throw new AppError('unavailable', `the request to ${name} was given up, because this process stops`, { cause: error });
      if (limit.aborted) throw new AppError('upstream_timeout', `${name} did not answer within ${timeoutMs / 1_000} s`, { reason: 'upstream.timeout', cause: error });
      throw new AppError('unavailable', `${name} cannot be reached: ${reasonOf(error)}`, { reason: 'upstream.unreachable', cause: error });
    }
    if ((answer.status >= 200 && answer.status < 300) || request.accepts?.includes(answer.status) === true) return answer;
    throw this.fault(answer);
  }

  private async exchange({ method = 'GET', path, headers = {}, body }: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    const common = typeof this.settings.headers === 'function' ? await this.settings.headers() : this.settings.headers;
    const sent = bodyOf(body);
    const response = await this.settings.fetch(joined(this.settings.baseUrl, path), {
      method,
      headers: { ...sent.headers, ...common, ...headers },
      ...(sent.body !== undefined && { body: sent.body }),
      signal,
    });
    const text = await response.text();
    if (text.length > maxAnswerChars) throw new AppError('upstream_failed', `${this.settings.name} answered with ${text.length} characters, at most ${maxAnswerChars} are read`);
    return { status: response.status, headers: response.headers, text };
  }

  private fault({ status, headers, text }: ApiAnswer): AppError {
    const { name, explain } = this.settings;
    const words = explain?.(parsed(text)) ?? text;
    const detail = `${name} answered ${status}${words.trim() === '' ? '' : `: ${this.shown(words)}`}`;
    const retryAfterMs = retryAfter(headers.get('retry-after'));
    const options = { reason: `upstream.status_${status}`, ...(retryAfterMs !== null && { retryAfterMs }) };
    return new AppError(codeOf(status), detail, options);
  }

  private shown(words: string): string {
    const open = (this.settings.secrets ?? []).filter((secret) => secret.length > 3).reduce((text, secret) => text.replaceAll(secret, '…'), words);
    const line = open.replace(/<[^>]{0,500}>/g, ' ').replace(/\s+/g, ' ').trim();
    return line.length > maxShownChars ? `${line.slice(0, maxShownChars)}…` : line;
  }
}

/** Milliseconds out of a `Retry-After` header: seconds or a date (RFC 9110 section 10.2.3); null for none. */
export function retryAfter(header: string | null, nowMs = Date.now()): number | null {
  if (header === null) return null;
  const seconds = /^\d{1,7}$/.test(header.trim()) ? Number(header) : (Date.parse(header) - nowMs) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, Math.round(seconds * 1_000)) : null;
}

function codeOf(status: number) {
  if (status === 401 || status === 403) return 'permission_denied';
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limited';
  return status >= 400 && status < 500 ? 'failed_precondition' : 'upstream_failed';
}

function bodyOf(body: ApiRequest['body']): { body?: string | Uint8Array<ArrayBuffer>; headers: Record<string, string> } {
  if (body === undefined) return { headers: {} };
  if (typeof body === 'string') return { body, headers: {} };
  if (body instanceof URLSearchParams) return { body: body.toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  if (body instanceof Uint8Array) return { body: new Uint8Array(body), headers: {} };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

const joined = (base: string, path: string): string => `${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;

/** The value of JSON text; undefined for any other text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : 'unknown fault';
}
