import { AppError, type Clock } from '@sifaka/kernel';
import type { z } from 'zod';
import type { PluginContext } from '../context.js';
import { connectionFault } from './connection-fault.js';
import { limitedCall } from './limited-call.js';

export interface HttpApiSettings {
  /** Of the other side, as messages say it: "PowerDNS". */
  name: string;
  /** Address that the paths of calls are put behind. */
  url: string;
  /** Sent with every call. */
  headers?: Readonly<Record<string, string>>;
  /** Never shown, even when the other side repeats them. */
  secrets?: readonly string[];
  /** The other side's own words in a refusal, from the parsed JSON body or the text of it. */
  explain?: (body: unknown) => string | undefined;
  /** When the next call may be tried after a 429, where the API says so elsewhere than in `Retry-After`. Milliseconds. */
  retryAfterMs?: (headers: Headers, body: unknown) => number | undefined;
  context: Pick<PluginContext, 'clock' | 'signal' | 'fetch'>;
  /** Instead of the context's, for a trust of its own. */
  fetch?: typeof globalThis.fetch;
  /** False for an address that messages are sent to: whoever follows a redirect of one asks for a page, and takes that for an answer. Default true. */
  followsRedirects?: boolean;
  /** Longest time of one call, in milliseconds; default 60,000. */
  timeoutMs?: number;
}

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Readonly<Record<string, string | number>>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as a form. */
  form?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  content?: { type: string; body: string };
  headers?: Readonly<Record<string, string>>;
  /** Statuses from 400 on that are answers and no faults. */
  accepts?: readonly number[];
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  /** Parsed JSON, else the text; null for an empty body. */
  body: unknown;
}

/** The host's own limits are tighter; this one holds where it sets none. */
const defaultTimeoutMs = 60_000;

const maxWordsLength = 300;

/** RFC 9110 section 15.6: about the server, or what stands before it, whatever it was asked for. */
const overloaded = [502, 503, 504];

/** One JSON API of another side. Its faults become `AppError`s with its own words in the detail and none of the secrets. */
export class HttpApi {
  constructor(private readonly settings: HttpApiSettings) {}

  /**
   * @throws AppError `permission_denied` for 401 and 403, `rate_limited` for 429, `conflict` for 409, `failed_precondition` for the rest
   *   below 500, `upstream_failed` from there on; `upstream_timeout` and `unavailable` when no answer came; `not_found`, reason
   *   `outbound.redirect`, for a redirect that is not followed
   */
  async send(path: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const answer = await this.exchange(path, request);
    if (this.settings.followsRedirects === false && answer.status >= 300 && answer.status < 400) throw this.redirected(answer);
    if (answer.status < 400 || request.accepts?.includes(answer.status) === true) return answer;
    throw this.refusal(path, request, answer);
  }

  /** @throws AppError as `send`, and `upstream_failed` for an answer of another shape */
  async read<Schema extends z.ZodType>(schema: Schema, path: string, request: ApiRequest = {}): Promise<z.output<Schema>> {
    return this.parse(schema, await this.send(path, request), path);
  }

  /** @throws AppError `upstream_failed` for an answer of another shape */
  parse<Schema extends z.ZodType>(schema: Schema, { body }: ApiAnswer, path: string): z.output<Schema> {
    const result = schema.safeParse(body);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    throw new AppError('upstream_failed', this.clean(`${this.settings.name} answered ${path} in a form that is not its API's (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}): is the address right?`));
  }

  /** What `send` throws for an answer; for those that `accepts` let through and that are faults after all. */
  refusal(path: string, { method = 'GET' }: ApiRequest, { status, headers, body }: ApiAnswer): AppError {
    const words = this.settings.explain?.(body) ?? (typeof body === 'string' ? body : JSON.stringify(body ?? ''));
    // Cleaned before it is cut: half a secret is no longer found.
    const shown = this.clean(words).replace(/\s+/g, ' ').trim().slice(0, maxWordsLength);
    const detail = this.clean(`${this.settings.name} answered ${`${method} ${path}`.trim()} with ${status}: ${shown}`);
    const stated = this.settings.retryAfterMs?.(headers, body) ?? retryAfterMs(headers.get('retry-after'), this.settings.context.clock);
    return new AppError(codeOf(status), detail, {
      ...((status === 429 || status >= 500) && stated !== undefined && { retryAfterMs: stated }),
      ...(overloaded.includes(status) && { reason: 'upstream.unavailable' }),
    });
  }

  /** Of where it leads only the host is told: the rest may let in. */
  private redirected({ status, headers }: ApiAnswer): AppError {
    const location = headers.get('location') ?? '';
    const host = URL.canParse(location, this.settings.url) ? ` to ${new URL(location, this.settings.url).host}` : '';
    return new AppError('not_found', this.clean(`${this.settings.name} answers ${status}${location === '' ? '' : host}: redirects are not followed; enter the final address`), { reason: 'outbound.redirect' });
  }

  private async exchange(path: string, { method = 'GET', query = {}, headers, ...request }: ApiRequest): Promise<ApiAnswer> {
    const { name, url, context, timeoutMs = defaultTimeoutMs } = this.settings;
    const address = new URL(url.replace(/\/+$/, '') + path);
    for (const [key, value] of Object.entries(query)) address.searchParams.set(key, String(value));
    const content = contentOf(request);
    const limits = limitedCall(context.signal, name, timeoutMs);
    try {
      const send = this.settings.fetch ?? context.fetch;
      const response = await send(address.href, {
        method,
        signal: limits.signal,
        ...(this.settings.followsRedirects === false && { redirect: 'manual' as const }),
        headers: { accept: 'application/json', ...(content !== undefined && { 'content-type': content.type }), ...this.settings.headers, ...headers },
        ...(content !== undefined && { body: content.body }),
      });
      return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
    } catch (error) {
      throw limits.fault() ?? connectionFault(name, error);
    } finally {
      limits.end();
    }
  }

  private clean(text: string): string {
    return (this.settings.secrets ?? []).filter((secret) => secret !== '').reduce((cleaned, secret) => cleaned.replaceAll(secret, '***'), text);
  }
}

function contentOf({ json, form, content }: Pick<ApiRequest, 'json' | 'form' | 'content'>): { type: string; body: string } | undefined {
  if (json !== undefined) return { type: 'application/json', body: JSON.stringify(json) };
  return form === undefined ? content : { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(form).toString() };
}

function codeOf(status: number) {
  if (status === 401 || status === 403) return 'permission_denied';
  if (status === 409) return 'conflict';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'upstream_failed' : 'failed_precondition';
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfterMs(header: string | null, clock: Clock): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.now().getTime());
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
