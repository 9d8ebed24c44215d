import { AppError, type ErrorCode } from '@sifaka/kernel';
import { HttpApi, type ApiAnswer, type ApiRequest, type PluginContext } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { clientIdentity, type ClientIdentity } from './client-identity.js';
import type { VerisignAccess } from './verisign-options.js';
import { statusCodes, type StatusKind } from './status-codes.js';
import { isSuccess, readViceAnswer, type ViceAnswer } from './vice-answer.js';

const maxMessageLength = 300;

/** Reports are tables by column. */
const Columns = z.object({ orderNumber: z.array(z.union([z.string().min(1), z.int()]).transform(String)) });
const Empty = z.union([z.strictObject({}), z.tuple([])]).transform(() => ({ orderNumber: [] }));
const Report = z.union([Columns, Empty]);

/** VICE 2.0 also explains itself with these; all others are faults of HTTP. */
const explained = [400, 403, 404, 409, 500];

const errorCodes: Readonly<Record<StatusKind, ErrorCode>> = { refused: 'failed_precondition', pending: 'upstream_failed', denied: 'permission_denied', failed: 'upstream_failed' };

/** VICE 2.0 web services of Symantec Managed PKI for SSL ("Managed PKI for SSL API"): forms go out, XML comes back. */
export class VerisignApi {
  private known: { identity: ClientIdentity; fetch: typeof globalThis.fetch } | null = null;

  constructor(
    private readonly options: VerisignAccess,
    private readonly context: PluginContext,
  ) {}

  /** An answer of any status, for orders that wait come with one as well. */
  enroll(form: Readonly<Record<string, string>>, challenge: string): Promise<ViceAnswer> {
    return this.send('/rest/services/enroll', { method: 'POST', form: { ...form, challenge } }, [challenge]);
  }

  /** As `enroll`. */
  pickup(transactionId: string): Promise<ViceAnswer> {
    return this.send('/rest/services/pickup', { query: { transaction_id: transactionId } });
  }

  /** As `enroll`. */
  reject(transactionId: string): Promise<ViceAnswer> {
    return this.send('/rest/services/reject', { query: { transaction_id: transactionId } });
  }

  /** Units that were bought, by product. @throws AppError as `faultOf` */
  async units(): Promise<ViceAnswer['units']> {
    const answer = await this.send('/rest/services/getTokens', { method: 'POST', form: {} });
    if (!isSuccess(answer)) throw faultOf(answer);
    return answer.units;
  }

  /**
   * Orders of a product whose certificates are valid, from day to day.
   *
   * @returns what they are picked up by
   */
  async validOrders(product: string, { from, to }: { from: Date; to: Date }): Promise<string[]> {
    const path = '/reportingws';
    const form = { reportType: 'detail', certProductType: product, certStatus: 'Valid', startDate: usDate(from), endDate: usDate(to) };
    const exchange = await this.exchange(path, { method: 'POST', form, headers: { accept: 'application/json' } });
    return Report.safeParse(exchange.answer.body).data?.orderNumber ?? noOrders(viceOf(path, exchange));
  }

  private async send(path: string, request: ApiRequest, secrets: readonly string[] = []): Promise<ViceAnswer> {
    return viceOf(path, await this.exchange(path, request, secrets));
  }

  private async exchange(path: string, request: ApiRequest, secrets: readonly string[] = []): Promise<Exchange> {
    this.known ??= this.trusted();
    const { fetch, identity } = this.known;
    const { options, context } = this;
    const hidden = [identity.clientKeyPem, options.client_pem, ...secrets];
    const api = new HttpApi({ name: 'Verisign', url: options.url, context, fetch, headers: { accept: 'text/xml, application/xml' }, secrets: hidden });
    const answer = await api.send(path, { ...request, accepts: explained });
    const read = typeof answer.body === 'string' ? readViceAnswer(answer.body) : null;
    if (read === null && answer.status >= 400) throw api.refusal(path, request, answer);
    return { answer, hidden };
  }

  private trusted() {
    const identity = clientIdentity(this.options.client_pem);
    return { identity, fetch: this.context.outbound.fetchWith(identity) };
  }
}

interface Exchange {
  answer: ApiAnswer;
  /** Never shown, even when Verisign repeats them. */
  hidden: readonly string[];
}

function viceOf(path: string, { answer: { body }, hidden }: Exchange): ViceAnswer {
  const read = typeof body === 'string' ? readViceAnswer(body) : null;
  if (read !== null) return { ...read, message: hidden.reduce((text, secret) => text.replaceAll(secret, '***'), read.message) };
  throw new AppError('upstream_failed', `Verisign answered ${path} in a form that is not its API's: is the address right?`, { reason: 'verisign.no_answer' });
}

/** An empty report may come as a bare success. */
function noOrders(answer: ViceAnswer): string[] {
  if (isSuccess(answer)) return [];
  throw faultOf(answer);
}

function usDate(date: Date): string {
  const [year = '', month = '', day = ''] = date.toISOString().slice(0, 10).split('-');
  return `${month}/${day}/${year}`;
}

/** A status as an error: its number, what it means, and Verisign's own words. */
export function faultOf(answer: ViceAnswer): AppError {
  return new AppError(errorCodes[statusCodes.get(answer.code)?.kind ?? 'refused'], wordsOf(answer), { reason: 'verisign.status' });
}

/** "Verisign answered 0x30c5: a domain … (Domain not found)". */
export function wordsOf({ code, message }: ViceAnswer): string {
  const meaning = statusCodes.get(code)?.text ?? (isSuccess({ code }) ? 'success' : 'a status that is not known here');
  const words = message.replace(/\s+/g, ' ').trim().slice(0, maxMessageLength);
  return `Verisign answered ${code}: ${meaning}${words === '' ? '' : ` ("${words}")`}`;
}
