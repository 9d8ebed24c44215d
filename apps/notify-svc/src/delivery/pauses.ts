import { isAppError, toAppError, type ErrorCode } from '@sifaka/kernel';

const firstMs = 10_000;
const longestMs = 3 * 3_600_000;
/** What the other side may make us wait at most. */
const longestAskedMs = 12 * 3_600_000;
/** No pause is longer: what waits beyond it was written by a clock that was ahead. */
export const longestPauseMs = 14 * 3_600_000;
/** With the pauses below: for about six days, which is longer than a long weekend. */
export const mostAttempts = 58;

/**
 * Pause before the next try at a message or a place, a quarter more or less so that what failed together does not come back together; what the other side asked for is
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

/** What concerns this message, or everybody whom it is for: no other attempt ends better. */
const lasting: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['invalid_argument', 'failed_precondition', 'already_exists']);

export const mayPass = (error: unknown): boolean => isAbsence(error) || !lasting.has(toAppError(error).code);

/** It lets us in no more: credentials, rights, an address. Somebody sets that right, and nothing that goes there may be lost meanwhile. */
const closed: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['permission_denied', 'unauthenticated', 'not_found']);
/** The other side was away or had no time. */
const absent: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['unavailable', 'upstream_timeout', 'rate_limited', ...closed]);

/** Whether it is the place and not the message: whatever else goes there has to wait as well. */
export const isAbsence = (error: unknown): boolean => isAppError(error) && (absent.has(error.code) || error.reason === 'outbound.refused');

/** Servers lock accounts that try a wrong password often. */
const closedMs = 300_000;

/** What has to pass at least before the next try. */
export function leastPauseMs(error: unknown): number | undefined {
  const { code, retryAfterMs } = toAppError(error);
  return closed.has(code) ? Math.max(closedMs, retryAfterMs ?? 0) : retryAfterMs;
}
