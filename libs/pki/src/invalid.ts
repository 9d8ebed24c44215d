import { AppError } from '@sifaka/kernel';

/** Refusal of one input field; `path` as the caller wrote it, `message` names the value and the rule. */
export function invalidField(path: string, message: string): AppError {
  return new AppError('invalid_argument', `${path}: ${message}`, { reason: 'pki.invalid_value', fields: [{ path, message }] });
}

/** Bytes that are not what they claim to be. */
export function malformed(what: string, cause?: unknown): AppError {
  return new AppError('invalid_argument', what, { reason: 'pki.malformed', ...(cause !== undefined && { cause }) });
}

/** A value as it may stand in a message: quoted, control characters escaped, cut at 80 characters. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? 'undefined' : JSON.stringify(value);
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
