import { assertNever, type AppError, type ErrorCode, type FieldError } from '@sifaka/kernel';

export interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

/** Where a client relies on another status than the code's own: Lemur's, or one of an operation that says so. */
const statusOfReason: Record<string, number> = {
  'http.unsupported_media_type': 415,
  'http.body_too_large': 413,
  'http.method_not_allowed': 405,
  'certificate.deletion_disabled': 405,
  'certificate.already_deleted': 412,
  'owner.unknown_group': 412,
  'delivery.not_retryable': 412,
  'authority.publishes_nothing': 412,
  'crl.cannot_publish': 412,
  'listing.not_sortable': 400,
};

/** Refusals that Lemur's clients read from the key `error`; `message` is in every answer. */
const saysError = ['http.no_route', 'access.admin_needed'];

/** An error as the client sees it: status, `message`, and `reasons` in the structure of the request (rest-api §1.6). */
export function refusalOf(error: AppError, traceId: string | null): Refusal {
  const status = (error.reason === undefined ? undefined : statusOfReason[error.reason]) ?? statusOfCode(error.code);
  const message = error.code === 'internal' ? 'Something went wrong on our side; the trace id finds it in the log.' : error.message;
  return {
    status,
    headers: error.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(error.retryAfterMs / 1_000)) },
    body: {
      message: error.fields === undefined || error.fields.length === 0 ? message : 'Validation Error.',
      ...(error.reason !== undefined && saysError.includes(error.reason) && { error: message }),
      ...(error.fields !== undefined && error.fields.length > 0 && { reasons: reasonsOf(error.fields) }),
      code: error.code,
      ...(error.reason !== undefined && { reason: error.reason }),
      ...(traceId !== null && { traceId }),
    },
  };
}

/**
 * Field errors as a tree that mirrors the request, the first message of a field only. Rules over several fields (path
 * `Schema.<rule>`) hide the rest: they are what has to be mended first.
 */
export function reasonsOf(fields: readonly FieldError[]): Record<string, unknown> {
  const overall = fields.filter(({ path }) => path.startsWith('Schema.'));
  if (overall.length > 0) {
    const rules: Record<string, string[]> = {};
    for (const { path, message } of overall) (rules[path.slice('Schema.'.length)] ??= []).push(message);
    return { Schema: rules };
  }
  const tree: Record<string, unknown> = {};
  for (const { path, message } of fields) put(tree, path === '' ? ['_schema'] : path.split('.'), message);
  return tree;
}

function put(tree: Record<string, unknown>, path: string[], message: string): void {
  const [head = '_schema', ...rest] = path;
  const present = tree[head];
  if (rest.length === 0) {
    tree[head] ??= message;
    return;
  }
  if (typeof present === 'string') return;
  const branch = isTree(present) ? present : {};
  tree[head] = branch;
  put(branch, rest, message);
}

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function statusOfCode(code: ErrorCode): number {
  switch (code) {
    case 'invalid_argument':
    case 'failed_precondition':
      return 400;
    case 'unauthenticated':
      return 401;
    case 'permission_denied':
      return 403;
    case 'not_found':
      return 404;
    case 'already_exists':
    case 'conflict':
      return 409;
    case 'rate_limited':
      return 429;
    case 'upstream_failed':
      return 502;
    case 'unavailable':
      return 503;
    case 'upstream_timeout':
      return 504;
    case 'internal':
      return 500;
    default:
      return assertNever(code);
  }
}
