import { AppError, isAppError } from '@sifaka/kernel';

/** What Node, OpenSSL and undici call a time limit that passed. */
const timeouts = new Set(['TimeoutError', 'ETIMEDOUT', 'ESOCKETTIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

const hangUps = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** What Node and OpenSSL call a certificate that is not trusted, and a protocol that is no TLS. */
const distrust = /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * Turns what `fetch`, a socket or an SDK threw because no answer came into an `AppError`: the guard's own refusals stay as they are, a
 * time limit is `upstream_timeout`, a connection that breaks and a certificate that is not trusted `upstream_failed`, the rest `unavailable`;
 * with the reason `outbound.not_reached` where surely nothing was sent.
 *
 * @param name of the other side, as messages say it
 */
export function connectionFault(name: string, error: unknown): AppError {
  const causes = causesOf(error);
  const known = causes.find(isAppError);
  if (known !== undefined) return known;

  const codes = causes.map(codeOf);
  const code = codes.find((each) => each !== undefined) ?? 'no answer';
  if (codes.some((each) => each !== undefined && timeouts.has(each))) return new AppError('upstream_timeout', `${name} did not answer within the time limit (${code})`, { cause: error });
  const refused = codes.find((each) => each !== undefined && distrust.test(each));
  if (refused !== undefined) return new AppError('upstream_failed', `the TLS certificate of ${name} is not trusted (${refused}): give the CA that signed it`, { cause: error });
  if (codes.some((each) => each !== undefined && hangUps.has(each))) return new AppError('upstream_failed', `${name} ended the connection before it had answered (${code})`, { cause: error });
  return new AppError('unavailable', `${name} cannot be reached (${code})`, { cause: error, ...(unreached.has(code) && { reason: 'outbound.not_reached' }) });
}

/** No connection came about. */
const unreached = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/** The error and what caused it, outermost first; a bounded number of them. By shape: what undici throws need not be an `Error` of this realm. */
function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let cause: unknown = error; typeof cause === 'object' && cause !== null && causes.length < 8; cause = 'cause' in cause ? cause.cause : undefined) {
    causes.push(cause);
    if ('errors' in cause && Array.isArray(cause.errors)) causes.push(cause.errors[0]);
  }
  return causes;
}

function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return 'name' in cause && cause.name === 'TimeoutError' ? cause.name : undefined;
}
