const hourMs = 3_600_000;
/** RFC 9773 section 4.3.2: without a word of the CA. */
const usualMs = 6 * hourMs;
const longestMs = 24 * hourMs;

/** Pause until the CA is asked again: what it wants, between an hour and a day. */
export function untilNextCheck(retryAfterMs: number | null): number {
  return Math.min(longestMs, Math.max(hourMs, retryAfterMs ?? usualMs));
}

/** Pause after a failure: five minutes, doubled up to a day. @param random 0 to 1 */
export function afterFailedCheck(failures: number, retryAfterMs: number | null, random: number): number {
  const own = Math.min(longestMs, 5 * 60_000 * 2 ** Math.min(failures, 12));
  return Math.max(own * (1 + random / 4), Math.min(longestMs, retryAfterMs ?? 0));
}
