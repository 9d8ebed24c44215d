/** How long to wait after a failed attempt. */
export interface FailedAttempt {
  /** Attempts that failed, this one included. */
  readonly attempts: number;
  /** Until the certificate ends; negative once it has. */
  readonly leftMs: number;
  /** What the authority would like; undefined when it said nothing. */
  readonly retryAfterMs: number | undefined;
  /** From 0 to 1: those that failed together drift apart. */
  readonly random: number;
}

/**
 * One minute, doubled with every failure up to six hours, a quarter more or less, and before the end never more than a sixteenth of the time that
 * is left. Where the authority names a pause it is kept, up to a quarter of that time.
 */
export function renewalPauseMs({ attempts, leftMs, retryAfterMs, random }: FailedAttempt): number {
  const plainMs = firstMs * 2 ** Math.min(Math.max(attempts - 1, 0), 20) * (0.75 + random / 2);
  const left = Math.max(leftMs, 0);
  const ownMs = Math.min(plainMs, longestMs, left > 0 ? left / 16 : longestMs);
  const askedMs = Math.min(retryAfterMs ?? 0, left > 0 ? left / 4 : longestMs);
  return Math.round(Math.max(ownMs, askedMs, shortestMs));
}

/** No authority is left alone for longer, whatever it asks for. */
export const longestPauseMs = 6 * 3_600_000;

/** How long an authority that does not answer is left alone: half a minute, doubled up to half an hour. */
export function authorityPauseMs({ failures, retryAfterMs, random }: { failures: number; retryAfterMs: number | undefined; random: number }): number {
  const plainMs = Math.min(longestAuthorityMs, firstAuthorityMs * 2 ** Math.min(Math.max(failures - 1, 0), 20)) * (0.75 + random / 2);
  return Math.round(Math.max(plainMs, Math.min(retryAfterMs ?? 0, longestPauseMs)));
}

const minuteMs = 60_000;
const firstMs = minuteMs;
const shortestMs = 30_000;
const longestMs = 360 * minuteMs;
const firstAuthorityMs = 30_000;
const longestAuthorityMs = 30 * minuteMs;
