import { AppError, isAppError, type ErrorCode } from '@sifaka/kernel';

/** What a peer did, without the address: whoever opened the connection knows that. */
export type FaultReason =
  | 'tls.timeout'
  | 'tls.closed'
  | 'tls.alert'
  | 'tls.not_tls'
  | 'tls.malformed'
  | 'tls.not_offered'
  | 'tls.limit'
  | 'tls.no_certificate'
  | 'tls.stopped'
  | 'starttls.refused'
  | 'starttls.injected';

const codes: Partial<Record<FaultReason, ErrorCode>> = { 'tls.timeout': 'upstream_timeout', 'tls.stopped': 'unavailable' };

export const fault = (reason: FaultReason, detail: string, cause?: unknown): AppError =>
  new AppError(codes[reason] ?? 'upstream_failed', detail, { reason, ...(cause !== undefined && { cause }) });

/** The same fault with the address before it; those of the way out name it already. */
export function faultAt(error: unknown, { host, port }: { host: string; port: number }): AppError {
  const known = isAppError(error) ? error : fault('tls.malformed', 'the answer cannot be read', error);
  const { code, message, reason, retryAfterMs, cause } = known;
  if (!isOurs(reason)) return known;
  return new AppError(code, `${placeOf(host, port)}: ${message}`, { reason, ...(retryAfterMs !== undefined && { retryAfterMs }), cause });
}

export const placeOf = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** What a peer sent, for a message: printable, and not much of it. */
export function shown(bytes: Uint8Array | string): string {
  const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes.subarray(0, shownBytes)).toString('latin1');
  return JSON.stringify(text.slice(0, shownBytes).replace(/[^\x20-\x7e]/g, '.'));
}

const shownBytes = 80;

const isOurs = (reason: string | undefined): reason is string => reason !== undefined && /^(?:tls|starttls)\./.test(reason);

/** A fatal alert (RFC 8446 section 6.2, RFC 5246 section 7.2.2). */
export class AlertFault extends AppError {
  constructor(readonly alert: number) {
    super('upstream_failed', `refused the handshake: ${alertNames[alert] ?? `alert ${alert}`}`, { reason: 'tls.alert' });
  }
}

const alertNames: Readonly<Record<number, string>> = {
  0: 'close_notify',
  10: 'unexpected_message',
  20: 'bad_record_mac',
  22: 'record_overflow',
  40: 'handshake_failure',
  42: 'bad_certificate',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  109: 'missing_extension',
  110: 'unsupported_extension',
  112: 'unrecognized_name: it has no certificate for the server name',
  116: 'certificate_required',
  120: 'no_application_protocol',
};
