import { AppError, errorCodes, type ErrorCode, type FieldError } from '@sifaka/kernel';
import { z } from 'zod';

const Refusal = z.object({
  message: z.string().optional(),
  error: z.string().optional(),
  reasons: z.record(z.string(), z.json()).optional(),
  code: z.enum(errorCodes).optional().catch(undefined),
  reason: z.string().optional(),
  traceId: z.string().optional(),
});

/**
 * The fault that an answer tells of. Refused fields stand in `fields`, their paths dotted as in the request; a rule over several
 * fields has the path of the rule's name.
 */
export function refusalOf(status: number, text: string, retryAfter: string | null): AppError {
  const parsed = Refusal.safeParse(jsonOf(text));
  const body = parsed.success ? parsed.data : {};
  const fields = fieldsOf(body.reasons ?? {});
  const seconds = Number(retryAfter);
  const trace = body.code === 'internal' && body.traceId !== undefined ? ` (trace ${body.traceId})` : '';
  return new AppError(body.code ?? codeOf(status), `${body.message ?? body.error ?? `the server answered ${status}`}${trace}`, {
    ...(body.reason !== undefined && { reason: body.reason }),
    ...(fields.length > 0 && { fields }),
    ...(retryAfter !== null && Number.isFinite(seconds) && { retryAfterMs: seconds * 1_000 }),
  });
}

/** True when the login or the token is over, and only a new one helps. */
export function isSessionOver(error: AppError): boolean {
  return error.code === 'unauthenticated' || error.reason === 'token.refused';
}

/** Every refused field and its message, one to a line: what a person reads where there is no form. */
export function sentenceOf(error: AppError): string {
  const fields = error.fields ?? [];
  if (fields.length === 0) return error.message;
  return fields.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n');
}

type Reasons = z.output<ReturnType<typeof z.json>>;

function fieldsOf(reasons: Reasons, path: readonly string[] = []): FieldError[] {
  if (typeof reasons === 'string')
    return [{ path: path.filter((part) => part !== 'Schema' && part !== '_schema').join('.'), message: reasons }];
  if (Array.isArray(reasons)) return reasons.slice(0, 1).flatMap((reason) => fieldsOf(reason, path));
  if (typeof reasons !== 'object' || reasons === null) return [];
  return Object.entries(reasons).flatMap(([name, inner]) => fieldsOf(inner, [...path, name]));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

const codes: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'not_found',
  409: 'conflict',
  412: 'failed_precondition',
  429: 'rate_limited',
  502: 'upstream_failed',
  503: 'unavailable',
  504: 'upstream_timeout',
};

const codeOf = (status: number): ErrorCode => codes[status] ?? (status >= 500 ? 'internal' : 'invalid_argument');
