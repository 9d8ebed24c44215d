import { AppError } from '@sifaka/kernel';
import { HttpApi, type ApiAnswer, type ApiRequest, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { DynOptions } from './options.js';

export interface DynAnswer {
  /** `NOT_FOUND`, `TARGET_EXISTS`, …; null for a success. */
  fault: string | null;
  data: unknown;
  /** What to throw for it. */
  refusal: AppError;
}

const Envelope = z.object({
  status: z.enum(['success', 'failure', 'incomplete']),
  data: z.unknown().optional(),
  job_id: z.int().optional(),
  msgs: z.array(z.object({ INFO: z.string(), ERR_CD: z.string().nullish(), LVL: z.string().optional() })).default([]),
});
type Envelope = z.output<typeof Envelope>;

const Login = z.object({ data: z.object({ token: z.string().min(1) }) });

/** A call that takes longer than five seconds becomes a job there; it is asked for until it is done. */
const firstPollMs = 100;
const maxPollMs = 2_000;
const jobLimitMs = 60_000;

/** Statuses that carry an envelope with words of their own. */
const explained = [400, 404, 406, 409];
const loginIsOver = /^(?:login|token): .*(?:expired|inactivity|bad|invalid|mismatch|not logged in)/i;

/**
 * A session of the REST API (https://help.dyn.com/rest-resources/): made at the first call, again when it has ended, and ended on close.
 * Dyn takes one call of a session at a time.
 */
export class DynSession {
  private readonly api: HttpApi;
  private readonly secrets: string[];
  private token: string | null = null;
  private made = 0;
  private line: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly options: DynOptions,
    private readonly context: PluginContext,
  ) {
    this.secrets = [options.password];
    // A redirect leads to the job of a call, which is asked for and not sent again.
    this.api = new HttpApi({ name: 'Dyn', url: options.url, secrets: this.secrets, explain, context, fetch: (input, init) => context.fetch(input, { ...init, redirect: 'manual' }) });
  }

  /** How many were made. */
  get count(): number {
    return this.made;
  }

  /** @throws AppError for everything but an answer, which may be a failure in words of the API */
  call(path: string, request: ApiRequest = {}): Promise<DynAnswer> {
    const turn = this.line.then(() => this.inSession(path, request));
    this.line = turn.catch(() => undefined);
    return turn;
  }

  /** Never fails: a session that cannot be ended ends by itself. */
  async close(): Promise<void> {
    await this.line;
    const { token } = this;
    this.token = null;
    if (token === null) return;
    await this.api.send('/Session/', { method: 'DELETE', headers: { 'Auth-Token': token, 'content-type': 'application/json' } }).catch((error: unknown) => {
      this.context.logger.debug('the session at Dyn was not ended', { reason: error instanceof AppError ? error.code : 'unknown' });
    });
  }

  private async inSession(path: string, request: ApiRequest): Promise<DynAnswer> {
    for (let attempt = 1; ; attempt++) {
      this.token ??= await this.login();
      const answer = await this.exchange(path, request, this.token);
      const envelope = answer.status === 401 ? null : await this.completed(answer, path, this.token);
      if (envelope !== null && !hasEnded(envelope)) return this.answerOf(envelope, answer, path, request);
      this.token = null;
      if (attempt === 2) throw this.api.refusal(path, request, { ...answer, status: 401 });
    }
  }

  private async login(): Promise<string> {
    const { customer_name, username, password } = this.options;
    const request = { method: 'POST', json: { customer_name, user_name: username, password }, accepts: [400] } as const;
    const answer = await this.api.send('/Session/', request);
    if (answer.status === 400) throw new AppError('permission_denied', this.api.refusal('/Session/', request, answer).message);
    const { token } = this.api.parse(Login, answer, '/Session/').data;
    // The password stays; of the tokens only the newest is in use.
    this.secrets.splice(1, 1, token);
    this.made += 1;
    return token;
  }

  private exchange(path: string, request: ApiRequest, token: string): Promise<ApiAnswer> {
    return this.api.send(path, { ...request, accepts: [401, ...explained], headers: { 'Auth-Token': token, 'content-type': 'application/json' } });
  }

  /** What became of the call, after its job where it became one. */
  private async completed(answer: ApiAnswer, path: string, token: string): Promise<Envelope> {
    let envelope = this.api.parse(Envelope, { ...answer, body: asBody(answer) }, path);
    const startedAt = performance.now();
    for (let waitMs = firstPollMs; envelope.status === 'incomplete'; waitMs = Math.min(maxPollMs, waitMs * 2)) {
      const jobId = envelope.job_id ?? jobIdOf(answer);
      if (jobId === null) throw new AppError('upstream_failed', `Dyn did not say which job ${path} became`);
      if (performance.now() - startedAt > jobLimitMs) throw new AppError('upstream_timeout', `Dyn did not finish the job of ${path} within ${jobLimitMs / 1_000} s`);
      await pause(waitMs, this.context.signal);
      const job = `/Job/${jobId}/`;
      const polled = await this.exchange(job, {}, token);
      envelope = this.api.parse(Envelope, { ...polled, body: asBody(polled) }, job);
    }
    return envelope;
  }

  private answerOf({ status, data, msgs }: Envelope, answer: ApiAnswer, path: string, request: ApiRequest): DynAnswer {
    const fault = status === 'success' ? null : (msgs.find(({ ERR_CD: code }) => typeof code === 'string' && code !== '')?.ERR_CD ?? 'UNKNOWN_ERROR');
    const { message } = this.api.refusal(path, request, { ...answer, body: { status, msgs } });
    return { fault, data, refusal: new AppError(fault === 'PERMISSION_DENIED' ? 'permission_denied' : 'failed_precondition', message) };
  }
}

/** The session was ended there: by time, or by another login. */
const hasEnded = ({ status, msgs }: Envelope): boolean => status === 'failure' && msgs.some(({ INFO: info }) => loginIsOver.test(info));

/** A redirect may come without a body. */
const asBody = ({ status, body }: ApiAnswer): unknown => (status === 307 && (body === null || typeof body === 'string') ? { status: 'incomplete' } : body);

/** `/REST/Job/<id>`; only the number is taken over, so a redirect never leads elsewhere. */
function jobIdOf({ headers }: ApiAnswer): number | null {
  const [, id] = /\/Job\/(\d{1,18})\/?$/.exec(headers.get('location') ?? '') ?? [];
  return id === undefined ? null : Number(id);
}

function explain(body: unknown): string | undefined {
  const { data } = Envelope.pick({ msgs: true }).safeParse(body);
  return data === undefined || data.msgs.length === 0 ? undefined : data.msgs.map(({ INFO: info, ERR_CD: code }) => (typeof code === 'string' && code !== '' ? `${info} (${code})` : info)).join('; ');
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new AppError('unavailable', 'the call to Dyn was given up because the service stops'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
