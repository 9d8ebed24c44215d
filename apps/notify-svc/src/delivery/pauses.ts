import { isAppError, toAppError, type ErrorCode } from '@sifaka/kernel';

const firstMs = 10_000;
const longestMs = 3 * 3_600_000;
/** What the other side may make us wait at most. */
const longestAskedMs = 12 * 3_600_000;
/** With the pauses below: for about six days, which is longer than a long weekend. */
export const mostAttempts = 58;

/**
 * Pause before the next try, a quarter more or less so that what failed together does not come back together; what the other side asked for is
 * exceeded, never shortened. Null: enough is enough.
 *
 * @param attempts so far, 1 the first time @param random 0 to 1
 */
export function untilNextTry(attempts: number, retryAfterMs: number | undefined, random: number): number | null {
  if (attempts >= mostAttempts) return null;
  const ownMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 20)) * (0.75 + random / 2);
  const askedMs = Math.min(longestAskedMs, retryAfterMs ?? 0) * (1 + random / 10);
  return Math.round(Math.max(ownMs, askedMs));
}

/** What never becomes right by itself: options, rights or the address have to be changed. */
const lasting: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['invalid_argument', 'failed_precondition', 'permission_denied', 'unauthenticated', 'not_found', 'already_exists']);

export const mayPass = (error: unknown): boolean => !lasting.has(toAppError(error).code);

/** The other side was away or had no time: whatever else goes there has to wait as well. */
const absent: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['unavailable', 'upstream_timeout', 'rate_limited']);

export const isAbsence = (error: unknown): boolean => isAppError(error) && absent.has(error.code);
