import { AppError } from '@sifaka/kernel';
import { fetch as undiciFetch, type Dispatcher } from 'undici';
import { outboundFault, partOf, timedOut, type Target } from './faults.js';
import { limitedResponse } from './limited-response.js';
import { nextHop } from './redirect.js';

export interface FetchTerms {
  /** Connections to the target; `isOwnOrigin` is false once a redirect has led to another origin, which gets no client certificate. */
  dispatcherFor(isOwnOrigin: boolean): Dispatcher;
  /** For everything: lookup, redirects, body. */
  timeoutMs: number;
  maxRequestBytes: number;
  maxResponseBytes: number;
}

/** One request on its way through the hops. */
export interface Hop {
  url: URL;
  method: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer> | null;
  isOwnOrigin: boolean;
}

/**
 * `fetch` behind the guard. Differs from the platform's in this: the request body is sent from memory, redirects are followed at most five
 * times and only where nothing is given away (see `nextHop`), limits on time and size hold until the end of the body, and faults are AppErrors.
 * An abort by the caller is passed on as it is.
 */
export function guardedFetch(terms: FetchTerms): typeof globalThis.fetch {
  return async (input, init) => {
    // Kept out of the request: a signal that lives as long as the host would gather a listener for each of them.
    const { signal, ...rest } = init ?? {};
    const request = requestOf(input, rest);
    const limit = new TimeLimit(terms.timeoutMs, signal ?? (input instanceof Request ? input.signal : undefined));
    const first: Hop = { url: new URL(request.url), method: request.method, headers: request.headers, body: null, isOwnOrigin: true };
    try {
      const body = await bodyOf(request, terms.maxRequestBytes);
      return await follow({ ...first, body }, request.redirect, terms, limit);
    } catch (error) {
      limit.end();
      throw limit.faultOf(error, targetOf(first.url));
    }
  };
}

async function follow(first: Hop, redirect: Request['redirect'], terms: FetchTerms, limit: TimeLimit): Promise<Response> {
  let hop = first;
  for (let count = 0; ; count += 1) {
    const target = targetOf(hop.url);
    const answer = await send(hop, terms, limit).catch((error: unknown) => {
      throw limit.faultOf(error, target);
    });
    const next = redirect === 'follow' ? nextHop(hop, answer.status, answer.headers.get('location'), count) : null;
    if (next === null) {
      if (redirect === 'error' && answer.status >= 300 && answer.status < 400 && answer.headers.has('location')) {
        throw new AppError('upstream_failed', `${target.host}:${target.port}: answered with a redirect, which is not followed here`, { reason: 'outbound.redirect' });
      }
      return limitedResponse(answer, { url: hop.url.href, isRedirected: count > 0, maxBytes: terms.maxResponseBytes, target, limit });
    }
    await answer.body?.cancel();
    hop = next;
  }
}

function send({ url, method, headers, body, isOwnOrigin }: Hop, terms: FetchTerms, limit: TimeLimit) {
  return undiciFetch(url, {
    method,
    headers: [...headers],
    body,
    redirect: 'manual',
    signal: limit.signal,
    dispatcher: terms.dispatcherFor(isOwnOrigin),
  });
}

/** Everything that can be handed to `fetch` becomes one form. */
function requestOf(input: Parameters<typeof fetch>[0], init: RequestInit): Request {
  const request = build(input, init);
  if (!request.headers.has('user-agent')) request.headers.set('user-agent', 'Sifaka');
  const { protocol } = new URL(request.url);
  if (protocol === 'https:' || protocol === 'http:') return request;
  throw new AppError('failed_precondition', `addresses must begin with https:// or http://, not ${protocol}//`, { reason: 'outbound.refused' });
}

function build(input: Parameters<typeof fetch>[0], init: RequestInit): Request {
  try {
    return new Request(input, init);
  } catch (error) {
    // Node's words may hold the address with its password.
    const words = /includes credentials/i.test(String(partOf(error, 'message'))) ? 'an address must not hold user and password' : 'the request is not valid: it needs a complete address, and a body only where the method has one';
    throw new AppError('failed_precondition', words, { reason: 'outbound.bad_request', cause: error });
  }
}

async function bodyOf(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (request.body === null) return null;
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length <= maxBytes) return bytes;
  throw new AppError('failed_precondition', `a request of ${bytes.length} bytes is not sent, the limit is ${maxBytes}`, { reason: 'outbound.too_large' });
}

function targetOf({ hostname, port, protocol }: URL): Target {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}

/** Ends a request when its time is over or its caller gives up, until the last byte of the body. */
export class TimeLimit {
  private readonly abort = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly giveUp = () => this.abort.abort(this.caller?.reason);
  private isLate = false;

  constructor(
    private readonly timeoutMs: number,
    private readonly caller: AbortSignal | undefined,
  ) {
    this.timer = setTimeout(() => {
      this.isLate = true;
      this.abort.abort();
      this.end();
    }, timeoutMs);
    // An answer whose body nobody reads holds up no exit.
    this.timer.unref();
    if (caller?.aborted === true) this.giveUp();
    else caller?.addEventListener('abort', this.giveUp, { once: true });
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  end(): void {
    clearTimeout(this.timer);
    this.caller?.removeEventListener('abort', this.giveUp);
  }

  /** What the caller is told of a fault: his own abort is his own, unless it was a time limit. */
  faultOf(error: unknown, target: Target): unknown {
    if (this.isLate) return timedOut(target, 'no complete answer', this.timeoutMs);
    if (this.caller?.aborted !== true) return outboundFault(error, target);
    const reason: unknown = this.caller.reason;
    return partOf(reason, 'name') === 'TimeoutError' ? new AppError('upstream_timeout', `${target.host}:${target.port}: no complete answer within the time limit`, { reason: 'outbound.timeout', cause: reason }) : reason;
  }
}
