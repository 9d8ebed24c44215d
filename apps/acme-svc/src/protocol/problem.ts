import { AppError, type ErrorCode } from '@sifaka/kernel';
import { Problem } from './resources.js';

const prefix = 'urn:ietf:params:acme:error:';

/** What failed at the CA, as it says. */
export interface Refusal {
  problem: Problem;
  /** HTTP status of the answer; null for a problem that stands inside an order or a challenge. */
  status: number | null;
  /** Who says so: host of the CA. */
  host: string;
  retryAfterMs?: number | null;
  /** In front of the CA's words, for what only we know. */
  before?: string;
}

/** A problem document out of the body of an answer; null when it holds none. */
export function readProblem(json: unknown): Problem | null {
  const read = Problem.safeParse(json);
  return read.success && (read.data.type !== 'about:blank' || read.data.detail !== '') ? read.data : null;
}

/** The last word of the type: `badNonce`; null for types of others than RFC 8555 and its extensions. */
export function problemName({ type }: Problem): string | null {
  return type.startsWith(prefix) ? type.slice(prefix.length).replaceAll(/[^A-Za-z0-9_]/g, '') : null;
}

/**
 * A problem document (RFC 8555 section 6.7) as an error: the code says whether another try can help, the reason is `acme.<type>`, the
 * detail is what the CA says, names included.
 */
export function problemError({ problem, status, host, retryAfterMs = null, before }: Refusal): AppError {
  const name = problemName(problem);
  const code = codeOf(problem, name, status);
  const wait = retryAfterMs ?? (code === 'rate_limited' ? defaultRatePauseMs : null);
  const text = `${host}: ${problemText(problem)}`;
  return new AppError(code, before === undefined ? text : `${before}: ${text}`, {
    reason: name === null ? 'acme.problem' : `acme.${name}`,
    ...(wait !== null && { retryAfterMs: wait }),
  });
}

/** The CA's words on one line, with those about each name. */
export function problemText({ type, detail, identifier, subproblems }: Problem): string {
  const parts = subproblems.slice(0, shownSubproblems).map((part) => sentence(part));
  const more = subproblems.length > shownSubproblems ? [`and ${subproblems.length - shownSubproblems} more`] : [];
  const head = sentence({ type, detail, identifier });
  return [head, ...parts, ...more].join('; ').slice(0, longestText);
}

function sentence({ type, detail, identifier }: Pick<Problem, 'type' | 'detail' | 'identifier'>): string {
  const words = `${oneLine(detail) || 'no detail'} (${type.startsWith(prefix) ? type.slice(prefix.length) : oneLine(type)})`;
  return identifier === undefined || detail.includes(identifier.value) ? words : `${oneLine(identifier.value)}: ${words}`;
}

/** Without a hint of the CA: limits are counted in minutes at the least. */
const defaultRatePauseMs = 60_000;
const shownSubproblems = 20;
const longestText = 4_000;

// eslint-disable-next-line no-control-regex -- they are what has to go
const oneLine = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();

/** Types that a later try, or a new order, can get over. `unauthorized` is one inside a challenge alone: the record was not seen yet. */
const passing = new Set(['badNonce', 'connection', 'dns', 'incorrectResponse', 'orderNotReady', 'serverInternal', 'tls']);

function codeOf(problem: Problem, name: string | null, status: number | null): ErrorCode {
  if (name === 'rateLimited' || status === 429) return 'rate_limited';
  if (name === 'accountDoesNotExist') return 'failed_precondition';
  if (status === 404 || status === 410) return 'not_found';
  if (name === 'compound' && problem.subproblems.length > 0) {
    const codes = problem.subproblems.map((part) => codeOf({ ...part, subproblems: [] }, problemName({ ...part, subproblems: [] }), null));
    return codes.find((code) => code === 'failed_precondition') ?? codes[0] ?? 'upstream_failed';
  }
  if (status !== null && status >= 500) return 'upstream_failed';
  if (name === 'unauthorized' && status === null) return 'upstream_failed';
  if (name !== null) return passing.has(name) ? 'upstream_failed' : 'failed_precondition';
  return status !== null && status >= 400 ? 'failed_precondition' : 'upstream_failed';
}
