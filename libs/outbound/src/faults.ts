import { AppError, isAppError } from '@sifaka/kernel';

/** Who was spoken to, for messages. */
export interface Target {
  host: string;
  port: number;
}

/**
 * A fault of a connection in words for the person who configured it. What is an `AppError` already, at whatever depth, stays as it is.
 */
export function outboundFault(error: unknown, { host, port }: Target): AppError {
  const causes = causesOf(error);
  const known = causes.find(isAppError);
  if (known !== undefined) return known;
  const codes = causes.map(codeOf).filter((code) => code !== undefined);
  const at = `${host}:${port}`;
  for (const code of codes) {
    const say = networkFaults[code];
    if (say !== undefined) return new AppError(say.code, `${at}: ${say.words}`, { reason: say.reason, cause: error });
    const tls = tlsFault(code, host);
    if (tls !== undefined) return new AppError('upstream_failed', `${at}: ${tls}`, { reason: 'outbound.tls', cause: error });
  }
  const said = causes.map(messageOf).findLast((message) => message !== '' && message !== 'fetch failed');
  return new AppError('upstream_failed', `${at}: the connection failed${said === undefined ? '' : `: ${said}`}`, { reason: 'outbound.failed', cause: error });
}

export const timedOut = ({ host, port }: Target, what: string, limitMs: number): AppError =>
  new AppError('upstream_timeout', `${host}:${port}: ${what} within ${limitMs} ms`, { reason: 'outbound.timeout' });

interface Say {
  code: 'unavailable' | 'upstream_failed' | 'upstream_timeout';
  reason: string;
  words: string;
}

const unreachable = (words: string): Say => ({ code: 'unavailable', reason: 'outbound.unreachable', words });
const late = (words: string): Say => ({ code: 'upstream_timeout', reason: 'outbound.timeout', words });
const broken = (words: string): Say => ({ code: 'upstream_failed', reason: 'outbound.failed', words });

const networkFaults: Readonly<Record<string, Say>> = {
  ENOTFOUND: unreachable('the host name is not known'),
  EAI_AGAIN: unreachable('the host name could not be looked up now'),
  ENODATA: unreachable('the host name has no address'),
  ECONNREFUSED: unreachable('nothing listens there (connection refused)'),
  EHOSTUNREACH: unreachable('there is no route to the host'),
  ENETUNREACH: unreachable('there is no route to the network'),
  EADDRNOTAVAIL: unreachable('this machine has no address to reach it from'),
  ETIMEDOUT: late('the host does not answer'),
  UND_ERR_CONNECT_TIMEOUT: late('no connection within the time limit'),
  UND_ERR_HEADERS_TIMEOUT: late('no answer within the time limit'),
  UND_ERR_BODY_TIMEOUT: late('the answer stopped half way'),
  ECONNRESET: broken('the connection was reset'),
  EPIPE: broken('the connection was closed while we wrote'),
  UND_ERR_SOCKET: broken('the connection was closed before the answer was complete'),
  UND_ERR_HEADERS_OVERFLOW: broken('the headers of the answer are too large'),
  HPE_INVALID_CONSTANT: broken('what answers there does not speak HTTP'),
};

const trustRemedy = "give the CA's certificate in the option for a private CA, or in SIFAKA_OUTBOUND_CA for all connections";

const tlsFaults: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its TLS certificate has expired: it has to be renewed there',
  CERT_NOT_YET_VALID: 'its TLS certificate is not valid yet: compare the clocks',
  CERT_REVOKED: 'its TLS certificate is revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: `its TLS certificate is self-signed: ${trustRemedy}`,
  SELF_SIGNED_CERT_IN_CHAIN: `its TLS certificate comes from an unknown CA: ${trustRemedy}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `its TLS certificate comes from an unknown CA, or intermediates are missing: ${trustRemedy}`,
  UNABLE_TO_GET_ISSUER_CERT: `its TLS certificate comes from an unknown CA: ${trustRemedy}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `its TLS certificate comes from an unknown CA: ${trustRemedy}`,
  CERT_UNTRUSTED: `its TLS certificate comes from a CA that is not trusted: ${trustRemedy}`,
  CERT_SIGNATURE_FAILURE: `the signature of its TLS certificate does not match the CA that is trusted under that name: ${trustRemedy}`,
  INVALID_PURPOSE: 'its TLS certificate is not meant for a server',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what answers there does not speak TLS: the address may have to begin with http://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'what answers there does not speak TLS: the address may have to begin with http://',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it asks for a client certificate: give certificate and key in the options',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'it refuses the client certificate, or wants one that was not given',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'it does not accept the client certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'it says that the client certificate has expired',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not know the CA of the client certificate',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'the TLS handshake failed: it shares no protocol version or cipher with us, or wants a client certificate',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the TLS handshake failed: it speaks no version of TLS from 1.2 on',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the TLS handshake failed: it speaks no version of TLS from 1.2 on',
};

function tlsFault(code: string, host: string): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `its TLS certificate is not for "${host}": use a name that stands in the certificate`;
  const known = tlsFaults[code];
  if (known !== undefined) return known;
  return code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') ? `the TLS handshake failed (${code})` : undefined;
}

/** A fault with what caused it; attempts at several addresses come as one AggregateError. */
function causesOf(error: unknown): unknown[] {
  const found: unknown[] = [];
  let queue: unknown[] = [error];
  while (queue.length > 0 && found.length < 20) {
    found.push(...queue);
    queue = queue.flatMap((each) => [partOf(each, 'cause'), partOf(each, 'errors')].flat()).filter((each) => each !== undefined);
  }
  return found;
}

function codeOf(error: unknown): string | undefined {
  const code = partOf(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

function messageOf(error: unknown): string {
  const message = partOf(error, 'message');
  return typeof message === 'string' ? message.slice(0, 200) : '';
}

/** Errors of Node, of undici and of another realm have no class in common. */
export const partOf = (error: unknown, name: string): unknown => (typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined);
