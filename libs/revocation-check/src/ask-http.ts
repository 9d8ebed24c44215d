import { setImmediate } from 'node:timers/promises';
import { isAppError } from '@sifaka/kernel';
import { failedFor, refusedFor, type Obstacle } from './answer.js';
import type { Manners } from './host-manners.js';
import { busyReason } from './long-places.js';

export interface Question {
  readonly url: string;
  /** Sent by POST; without it the question is a GET. */
  readonly body?: { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> };
  readonly accept: string;
}

export interface HttpTerms {
  /** Guarded: it refuses private addresses by itself. Redirects are followed here, so that each address is looked at. */
  readonly fetch: typeof globalThis.fetch;
  /** What must not be asked, in words; `null` for a host that may be. */
  readonly hostFault: (url: URL) => string | null;
  readonly manners: Manners;
  readonly maxBytes: number;
  readonly maxRedirects: number;
  /** Ends everything, body included. */
  readonly signal: AbortSignal;
  /** Told of every piece, and waited for; throws when there is no room for more. */
  readonly onBytes?: (count: number) => Promise<void> | null;
}

export type HttpAnswer = { readonly kind: 'answer'; readonly bytes: Buffer } | Obstacle;

/** Asks one address. Whatever goes wrong is an obstacle in words, never an error. */
export async function askHttp(question: Question, terms: HttpTerms): Promise<HttpAnswer> {
  let url = parsed(question.url);
  const seen = new Set<string>();
  for (let count = 0; ; count++) {
    const fault = url === null ? 'it is no address' : (addressFault(url) ?? terms.hostFault(url));
    if (url === null || fault !== null) return refusedFor(count === 0 ? `not asked: ${fault}` : `not followed: the redirect leads to ${url?.host ?? 'something else'}, and ${fault}`);
    if (seen.has(url.href) || count > terms.maxRedirects) return failedFor(seen.has(url.href) ? 'redirects in a circle' : `redirects more than ${terms.maxRedirects} times`);
    seen.add(url.href);
    const answer = await hop(url, question, terms);
    if (answer.kind !== 'redirect') return answer;
    url = parsed(answer.location, url);
  }
}

type HopAnswer = HttpAnswer | { readonly kind: 'redirect'; readonly location: string };

const parsed = (address: string, base?: URL): URL | null => (URL.canParse(address, base?.href) ? new URL(address, base) : null);

function addressFault({ protocol, username, password }: URL): string | null {
  if (protocol !== 'http:' && protocol !== 'https:') return `only http and https are asked, not ${protocol.replace(':', '')}`;
  return username === '' && password === '' ? null : 'it has a password in it';
}

const redirects = new Set([301, 302, 303, 307, 308]);

async function hop(url: URL, { body, accept }: Question, terms: HttpTerms): Promise<HopAnswer> {
  return terms.manners.visit(url.host, async (): Promise<HopAnswer> => {
    try {
      const response = await terms.fetch(url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { accept, ...(body !== undefined && { 'content-type': body.type }) },
        redirect: 'manual',
        signal: terms.signal,
        ...(body !== undefined && { body: body.bytes }),
      });
      const location = response.headers.get('location');
      if (redirects.has(response.status) && location !== null) {
        await response.body?.cancel();
        return { kind: 'redirect', location };
      }
      if (response.status !== 200) {
        await response.body?.cancel();
        return { ...failedFor(`answers with HTTP ${response.status}`), isAnswered: response.status < 500 };
      }
      return await bodyOf(response, terms);
    } catch (error) {
      return obstacleOf(error, terms.signal);
    }
  });
}

async function bodyOf(response: Response, terms: HttpTerms): Promise<HttpAnswer> {
  const body: ReadableStream<unknown> | null = response.body;
  if (body === null) return { kind: 'answer', bytes: Buffer.alloc(0) };
  const reader = body.getReader();
  try {
    return await read(reader, terms);
  } finally {
    // Of no effect once it was read to its end.
    await reader.cancel().catch(() => undefined);
  }
}

async function read(reader: ReadableStreamDefaultReader<unknown>, { maxBytes, onBytes }: HttpTerms): Promise<HttpAnswer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { kind: 'answer', bytes: await joined(chunks, length) };
    if (!(value instanceof Uint8Array)) throw new TypeError('a body of something other than bytes');
    length += value.length;
    if (length > maxBytes) return refusedFor(`the answer is longer than ${maxBytes} bytes, it was cut off`);
    const room = onBytes?.(value.length) ?? null;
    if (room !== null) await room;
    chunks.push(value);
  }
}

/** Pieces are let go of as they are copied, and others have their turn in between: a list of 16 MB is there once. */
async function joined(chunks: Uint8Array[], length: number): Promise<Buffer> {
  const whole = Buffer.allocUnsafeSlow(length);
  let offset = 0;
  let copied = 0;
  for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
    whole.set(chunk, offset);
    offset += chunk.length;
    copied += chunk.length;
    if (copied < copiedAtOnce) continue;
    copied = 0;
    await setImmediate();
  }
  return whole;
}

/** A millisecond. */
const copiedAtOnce = 4 * 1024 * 1024;

function obstacleOf(error: unknown, signal: AbortSignal): Obstacle {
  if (isAppError(error) && error.reason === busyReason) return { ...failedFor(error.message), isAnswered: true, isOurs: true };
  if (signal.aborted) return failedFor('no complete answer within the time limit');
  if (!isAppError(error)) return failedFor('the connection failed');
  if (error.reason === 'outbound.too_large') return refusedFor(error.message);
  // What the guard refuses was not asked.
  return error.code === 'failed_precondition' ? refusedFor(`not asked: ${error.message}`) : failedFor(error.message);
}
