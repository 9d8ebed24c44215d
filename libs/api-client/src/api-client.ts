import type { Operation } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { isSessionOver, refusalOf } from './refusal.js';
import { addressOf, type AnswerOf, type RequestArguments, type WireRequest } from './request.js';

export interface ApiClientOptions {
  /** Origin of the gateway, such as `https://sifaka.example.com`; empty in a page that the gateway itself serves. */
  url: string;
  /** Asked before each request; null sends none. */
  token?: () => string | null;
  /** Told when the server no longer takes the token, before the call is refused. */
  onSessionOver?: (error: AppError) => void;
  /** For tests and proxies. */
  fetch?: typeof globalThis.fetch;
  /** Longest wait for an answer. Issuing an RSA-4096 authority takes seconds. */
  timeoutMs?: number;
  /** Names the program in the audit log; browsers send their own. */
  userAgent?: string;
}

const defaultTimeoutMs = 60_000;

/** Calls the operations of the contracts; runs in browsers and in Node. */
export class ApiClient {
  private readonly options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.options = { ...options, url: options.url.replace(/\/+$/, '') };
  }

  /**
   * One call, for example `client.call(getCertificateOperation, { params: { id: 4 } })`.
   *
   * @throws AppError as the server gave it; `unavailable` when it cannot be reached or is silent; `internal` when its answer is not of the contract.
   */
  async call<O extends Operation>(operation: O, ...[request]: RequestArguments<O>): Promise<AnswerOf<O>> {
    const wire: WireRequest = request ?? {};
    const timeout = AbortSignal.timeout(this.options.timeoutMs ?? defaultTimeoutMs);
    const { response, text } = await this.exchange(operation, wire, timeout).catch((error: unknown) => {
      throw wire.signal?.aborted === true ? error : this.unreachable(error, timeout.aborted);
    });
    if (response.ok) return answerOf(operation, text);
    const error = refusalOf(response.status, text, response.headers.get('retry-after'));
    if (isSessionOver(error)) this.options.onSessionOver?.(error);
    throw error;
  }

  private async exchange(operation: Operation, request: WireRequest, timeout: AbortSignal): Promise<{ response: Response; text: string }> {
    const token = operation.access === 'anonymous' ? null : (this.options.token?.() ?? null);
    const send = this.options.fetch ?? globalThis.fetch;
    const response = await send(`${this.options.url}${addressOf(operation, request)}`, {
      method: operation.method,
      redirect: 'error',
      signal: request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]),
      headers: {
        accept: operation.mediaType,
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(operation.body !== null && { 'content-type': 'application/json' }),
        ...(operation.takesIdempotencyKey && { 'idempotency-key': request.idempotencyKey ?? newIdempotencyKey() }),
        ...(this.options.userAgent !== undefined && { 'user-agent': this.options.userAgent }),
      },
      ...(operation.body !== null && { body: JSON.stringify(request.body ?? {}) }),
    });
    return { response, text: await response.text() };
  }

  private unreachable(cause: unknown, timedOut: boolean): AppError {
    const where = this.options.url === '' ? 'the server' : this.options.url;
    return timedOut
      ? new AppError('unavailable', `${where} did not answer in time`, { reason: 'client.timeout', cause })
      : new AppError('unavailable', `${where} cannot be reached`, { reason: 'client.unreachable', cause });
  }
}

/** A key no other request has. `randomUUID` is missing where a page comes over plain HTTP from another machine; random bytes are not. */
export function newIdempotencyKey(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function answerOf<O extends Operation>(operation: O, text: string): AnswerOf<O>;
function answerOf(operation: Operation, text: string): unknown {
  if (operation.response === null) return undefined;
  const parsed = operation.response.safeParse(operation.mediaType === 'application/json' ? jsonOf(operation, text) : text);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw strange(operation, where === '' ? 'its form' : `its field ${where}`, parsed.error);
}

function jsonOf(operation: Operation, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw strange(operation, 'its text', error);
  }
}

const strange = (operation: Operation, what: string, cause: unknown) =>
  new AppError('internal', `the answer to ${operation.id} is not of this version: ${what} is not understood`, {
    reason: 'client.strange_answer',
    cause,
  });
