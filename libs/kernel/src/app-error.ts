/** Every way a request can fail. The HTTP status of each is decided in the gateway alone. */
export const errorCodes = [
  'invalid_argument',
  'unauthenticated',
  'permission_denied',
  'not_found',
  'already_exists',
  'conflict',
  'failed_precondition',
  'rate_limited',
  'upstream_failed',
  'upstream_timeout',
  'unavailable',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** One refused input: `path` is the dotted path of the field as the caller wrote it. */
export interface FieldError {
  path: string;
  message: string;
}

/** The form in which an error crosses a process border. */
export interface ErrorData {
  code: ErrorCode;
  detail: string;
  reason?: string;
  fields?: FieldError[];
  retryAfterMs?: number;
}

interface ErrorOptions {
  /** Stable machine-readable cause below the code, dotted, for example `policy.key_too_small`. */
  reason?: string;
  fields?: FieldError[];
  retryAfterMs?: number;
  cause?: unknown;
}

/** A fault that the caller can understand: the detail names the value, the rule and whose rule, and holds no secret. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly reason?: string;
  readonly fields?: FieldError[];
  readonly retryAfterMs?: number;

  constructor(code: ErrorCode, detail: string, options: ErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    if (options.reason !== undefined) this.reason = options.reason;
    if (options.fields !== undefined) this.fields = options.fields;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }

  toData(): ErrorData {
    return {
      code: this.code,
      detail: this.message,
      ...(this.reason !== undefined && { reason: this.reason }),
      ...(this.fields !== undefined && { fields: this.fields }),
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
    };
  }

  static fromData(data: ErrorData): AppError {
    return new AppError(data.code, data.detail, data);
  }
}

export function isAppError(value: unknown): value is AppError {
  return value instanceof AppError;
}

/** Unknown throwables become `internal`; their own words stay in `cause`, for the log alone. */
export function toAppError(value: unknown): AppError {
  return isAppError(value) ? value : new AppError('internal', 'internal error', { cause: value });
}
