import { AppError, type ErrorCode } from '@sifaka/kernel';
import { HttpApi, type ApiRequest, type PluginContext } from '@sifaka/plugin-sdk';
import { clientIdentity, type ClientIdentity } from './client-identity.js';
import type { VerisignOptions } from './options.js';
import { statusCodes, type StatusKind } from './status-codes.js';
import { isSuccess, readViceAnswer, type ViceAnswer } from './vice-answer.js';

const maxMessageLength = 300;

/** VICE 2.0 also explains itself with these; all others are faults of HTTP. */
const explained = [400, 403, 404, 409, 500];

const errorCodes: Readonly<Record<StatusKind, ErrorCode>> = { refused: 'failed_precondition', pending: 'upstream_failed', denied: 'permission_denied', failed: 'upstream_failed' };

/** VICE 2.0 web services of Symantec Managed PKI for SSL ("Managed PKI for SSL API"): forms go out, XML comes back. */
export class VerisignApi {
  private known: { identity: ClientIdentity; fetch: typeof globalThis.fetch } | null = null;

  constructor(
    private readonly options: VerisignOptions,
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

  private async send(path: string, request: ApiRequest, secrets: readonly string[] = []): Promise<ViceAnswer> {
    this.known ??= this.trusted();
    const { fetch, identity } = this.known;
    const { options, context } = this;
    const hidden = [identity.clientKeyPem, options.client_pem, ...secrets];
    const api = new HttpApi({ name: 'Verisign', url: options.url, context, fetch, headers: { accept: 'text/xml, application/xml' }, secrets: hidden });
    const answer = await api.send(path, { ...request, accepts: explained });
    const read = typeof answer.body === 'string' ? readViceAnswer(answer.body) : null;
    if (read !== null) return { ...read, message: hidden.reduce((text, secret) => text.replaceAll(secret, '***'), read.message) };
    if (answer.status >= 400) throw api.refusal(path, request, answer);
    throw new AppError('upstream_failed', `Verisign answered ${path} in a form that is not its API's: is the address right?`, { reason: 'verisign.no_answer' });
  }

  private trusted() {
    const identity = clientIdentity(this.options.client_pem);
    return { identity, fetch: this.context.outbound.fetchWith(identity) };
  }
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
