/**
 * Pauses between looks at something that usually takes moments: dense at first, so that nobody waits who need not. What has taken a minute
 * may take hours (a CA whose people approve): it lets others go on meanwhile, and is not asked thousands of times.
 */
const looksMs = [100, 150, 200, 250, 350, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 10_000, 10_000, 10_000, 30_000, 30_000, 60_000, 120_000];
const slowestLookMs = 300_000;
const slowestLastLookMs = 3_600_000;
/** What a CA may make us wait at most; the order's own end comes first anyway. */
const longestRetryAfterMs = 24 * 3_600_000;

/** @param looks how many there were @param retryAfterMs what the CA asked for, which is obeyed */
export function untilNextLook(looks: number, retryAfterMs: number | null): number {
  return Math.min(longestRetryAfterMs, Math.max(retryAfterMs ?? 0, looksMs[looks] ?? slowestLookMs));
}

/** Pause between looks at what nobody waits for any more, and which should be on record all the same. */
export function untilNextLastLook(looks: number, retryAfterMs: number | null): number {
  return looks < looksMs.length ? untilNextLook(looks, retryAfterMs) : Math.max(slowestLastLookMs, untilNextLook(looks, retryAfterMs));
}

/** Authoritative servers are asked less often than a CA: each look is several queries. */
export function untilNextSighting(looks: number): number {
  return Math.min(10_000, 200 * 1.6 ** Math.min(looks, 20));
}

/**
 * Pause after a failure that counts: the second try soon, the third later, the last much later.
 *
 * @param strikes failures so far, 1 the first time @param random 0 to 1: orders that failed together do not come back together
 */
export function afterStrike(strikes: number, baseMs: number, random: number): number {
  return spread(baseMs * 6 ** (strikes - 1), random);
}

/** Pause after a fault of somebody else, which passes by itself: doubled each time up to a quarter of an hour, never shorter than asked. */
export function afterFault(faults: number, retryAfterMs: number | null, random: number): number {
  const own = Math.min(15 * 60_000, 1_000 * 2 ** Math.min(faults, 20));
  return Math.max(spread(own, random), (retryAfterMs ?? 0) * (1 + random / 10));
}

/** Pause before a record that could not be removed is tried again: the provider's own sweep is at it too. */
export function untilNextCleanUp(cleanUps: number): number {
  return Math.min(3_600_000, 5_000 * 3 ** Math.min(cleanUps, 10));
}

function spread(ms: number, random: number): number {
  return ms * (0.75 + random / 2);
}
