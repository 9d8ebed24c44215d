import { AppError, isAppError, type Clock } from '@sifaka/kernel';
import { histogram } from '@sifaka/observability';
import { z } from 'zod';
import { jsonOf, parseAnswer, readAnswer, type Answer } from './answer.js';
import { DirectoryGate, type RequestKind } from './directory-gate.js';
import { signJws, type JwsKey, type JwsPayload } from './jws.js';
import { isNonce, NoncePool } from './nonce-pool.js';
import { problemError, problemName, readProblem } from './problem.js';
import { Directory } from './resources.js';
import { retryAfterMs } from './retry-after.js';

export interface AcmeServerOptions {
  readonly directoryUrl: string;
  /** Guarded, with the trust that the authority wants for this CA. */
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Requests at the same time. */
  readonly concurrency: number;
  readonly requestTimeoutMs: number;
}

/** Who signs: an account by its URL, or a key by itself. */
export interface Signer {
  readonly key: JwsKey;
  readonly accountUrl: string | null;
}

interface SignedRequest {
  readonly url: string;
  readonly payload: JwsPayload;
  readonly kind?: RequestKind;
  readonly accept?: string;
}

/**
 * A CA that refuses every other nonce, as test servers do on purpose, refuses 25 in a row once in 33 million requests. Each try is one
 * round trip with the nonce that the refusal brought.
 */
const mostNonceTries = 25;

const requestTime = histogram('acme_request_time', 'Seconds from a request to an ACME CA to its answer', ['host', 'status']);

/** Directories change when a CA moves or adds something. */
const directoryLifeMs = 3_600_000;

/** One ACME server: its directory, nonces and limits, shared by every account there. */
export class AcmeServer {
  readonly host: string;
  private readonly nonces: NoncePool;
  private readonly gate: DirectoryGate;
  private known: { directory: Promise<Directory>; until: number } | null = null;

  constructor(private readonly options: AcmeServerOptions) {
    this.host = new URL(options.directoryUrl).host;
    this.nonces = new NoncePool(options.clock);
    this.gate = new DirectoryGate(this.host, options.concurrency, options.clock);
  }

  get url(): string {
    return this.options.directoryUrl;
  }

  /** @param fresh asks the CA, whatever is known */
  directory(fresh = false): Promise<Directory> {
    const now = this.options.clock.now().getTime();
    if (!fresh && this.known !== null && this.known.until > now) return this.known.directory;
    const directory = this.get(this.url).then((answer) => parseAnswer(Directory, answer, 'a directory'));
    const made = { directory, until: now + directoryLifeMs };
    this.known = made;
    directory.catch(() => {
      if (this.known === made) this.known = null;
    });
    return directory;
  }

  /** Without a signature: the directory, and renewal information. */
  async get(url: string): Promise<Answer> {
    const answer = await this.gate.run('other', null, () => this.send(url, { method: 'GET', headers: { accept: 'application/json' } }));
    return this.accepted(answer, 'other', null);
  }

  /**
   * A signed POST. A refused nonce is replaced and the request sent again; every other refusal is the caller's.
   *
   * @throws AppError see `problemError`
   */
  async post({ key, accountUrl }: Signer, { url, payload, kind = 'other', accept }: SignedRequest): Promise<Answer> {
    // Asked for before a place is taken: those who hold all places would wait for it.
    const { newNonce } = await this.directory();
    let nonce: string | null = this.nonces.take() ?? null;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.gate.run(kind, accountUrl, async () => {
        nonce ??= await this.fetchNonce(newNonce);
        const jws = await signJws(key, { url, nonce, kid: accountUrl }, payload);
        const headers = { 'content-type': 'application/jose+json', ...(accept !== undefined && { accept }) };
        return this.send(url, { method: 'POST', headers, body: JSON.stringify(jws) });
      });
      const isNonceRefused = attempt < mostNonceTries && answer.status >= 400 && isBadNonce(answer);
      const fresh = answer.headers.get('replay-nonce');
      if (!isNonceRefused) {
        this.nonces.add(fresh);
        return this.accepted(answer, kind, accountUrl);
      }
      // The pool may be full of others that the CA has forgotten as well.
      nonce = fresh !== null && isNonce(fresh) ? fresh : null;
    }
  }

  /** Where the CA keeps what it just made. @throws AppError `upstream_failed` when it does not say */
  locationOf(answer: Answer, what: string): string {
    const location = answer.headers.get('location');
    if (location !== null && URL.canParse(location, answer.url)) return new URL(location, answer.url).href;
    throw new AppError('upstream_failed', `${this.host}: the answer does not say where ${what} is (no Location header)`, { reason: 'acme.bad_answer' });
  }

  retryAfterOf(answer: Answer): number | null {
    return retryAfterMs(answer.headers.get('retry-after'), this.options.clock.now());
  }

  private async fetchNonce(newNonceUrl: string): Promise<string> {
    const answer = await this.send(newNonceUrl, { method: 'HEAD' });
    const nonce = answer.headers.get('replay-nonce');
    if (nonce !== null && isNonce(nonce)) return nonce;
    if (answer.status >= 400) await this.accepted(answer, 'other', null);
    throw new AppError('upstream_failed', `${this.host}: the answer to newNonce brings no nonce`, { reason: 'acme.bad_answer' });
  }

  private async send(url: string, init: RequestInit): Promise<Answer> {
    this.assertScheme(url);
    const { fetch, requestTimeoutMs } = this.options;
    const signal = AbortSignal.timeout(requestTimeoutMs);
    const startedAt = performance.now();
    let status = 'none';
    try {
      // A redirected POST would lose its signature's address (RFC 8555 section 6.4); a redirected directory is asked for by its new name.
      const answer = await readAnswer(await fetch(url, { ...init, signal, redirect: 'manual' }), url);
      status = String(answer.status);
      return answer;
    } catch (error) {
      throw transportError(error, new URL(url).host, signal, requestTimeoutMs);
    } finally {
      requestTime.record((performance.now() - startedAt) / 1_000, { host: this.host, status });
    }
  }

  /** Only a directory that is plain HTTP itself, which an administrator had to allow, may lead to such addresses. */
  private assertScheme(url: string): void {
    const scheme = URL.canParse(url) ? new URL(url).protocol : '';
    if (scheme === 'https:' || (scheme === 'http:' && this.url.startsWith('http:'))) return;
    throw new AppError('upstream_failed', `${this.host} leads to "${url.slice(0, 200)}", which is not an https address`, { reason: 'acme.bad_answer' });
  }

  private async accepted(answer: Answer, kind: RequestKind, account: string | null): Promise<Answer> {
    const { status, headers } = answer;
    if (status >= 200 && status < 300) return answer;
    if (status >= 300 && status < 400) {
      const to = headers.get('location')?.slice(0, 200) ?? 'another address';
      throw new AppError('failed_precondition', `${this.host} redirects ${answer.url} to ${to}: give that address, redirects are not followed`, { reason: 'acme.redirect' });
    }
    const waitMs = this.retryAfterOf(answer);
    const problem = readProblem(jsonOf(answer)) ?? { type: 'about:blank', detail: `HTTP status ${status}`, subproblems: [] };
    const error = problemError({ problem, status, host: this.host, retryAfterMs: waitMs });
    if (error.code === 'rate_limited') this.gate.pause(kind, account, error.retryAfterMs ?? 0);
    else if (status === 503) this.gate.pauseAll(waitMs ?? busyPauseMs);
    throw error;
  }
}

/** A busy CA that does not say for how long. */
const busyPauseMs = 2_000;

function isBadNonce(answer: Answer): boolean {
  const problem = readProblem(jsonOf(answer));
  return problem !== null && problemName(problem) === 'badNonce';
}

function transportError(error: unknown, host: string, signal: AbortSignal, timeoutMs: number): AppError {
  if (isAppError(error)) return error;
  if (signal.aborted) return new AppError('upstream_timeout', `${host} did not answer within ${timeoutMs / 1_000} s`, { reason: 'acme.timeout', cause: error });
  const read = Thrown.safeParse(error);
  const why = read.success ? whyOf(read.data) : 'unknown fault';
  return new AppError('upstream_failed', `${host} could not be reached: ${why}`, { reason: 'acme.unreachable', cause: error });
}

const whyOf = ({ message, cause }: z.output<typeof Thrown>): string => (cause === undefined || cause.message === '' ? message : cause.message);

/** `fetch` says what happened in the cause of what it throws. */
const Thrown = z.object({ message: z.string(), cause: z.object({ message: z.string() }).optional().catch(undefined) });
