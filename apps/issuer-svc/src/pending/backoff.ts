/** How long to wait before the issuer is asked again. */
export interface Pause {
  /** Questions that were asked so far. */
  attempts: number;
  /** What the other side would like; undefined when it said nothing. */
  retryAfterMs: number | undefined;
  /** Of 0 to 1: questions of many certificates that began together drift apart. */
  random: number;
}

/**
 * Five seconds, doubled with every question up to an hour, a quarter more or less. What the other side asks for is kept, and
 * only ever exceeded: a pause that it named is not shortened by chance, and none is longer than a day.
 */
export function pauseMs({ attempts, retryAfterMs, random }: Pause): number {
  if (retryAfterMs !== undefined && retryAfterMs > 0) return Math.round(Math.min(longestAskedMs, Math.max(shortestMs, retryAfterMs)) * (1 + random / 10));
  const plainMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempts, 20));
  return Math.round(Math.min(longestMs, plainMs * (0.75 + random / 2)));
}

const firstMs = 5_000;
const longestMs = 3_600_000;
/** Even who says "at once" is not asked in a loop. */
const shortestMs = 500;
const longestAskedMs = 24 * 3_600_000;
