/** Certificates of one deadline whose window is open, whether or not their own place in it has come. */
export interface Backlogged {
  readonly count: number;
  readonly windowStart: Date;
  readonly softDeadline: Date;
  readonly lastCallAt: Date;
  readonly notAfter: Date;
}

export interface Pace {
  /** Renewals an hour when nothing waits: what the certificates of the authority need for ever. */
  readonly steadyPerHour: number;
  /** Certificates that it renews. */
  readonly fleet: number;
  readonly backlog: readonly Backlogged[];
  readonly now: Date;
}

/**
 * Renewals an hour at which an authority is asked: half as much again as its certificates need for ever, so that what waits becomes
 * less, or as many as all that may be renewed need to be done by their deadlines, earliest first.
 *
 * After an outage, and for those that were issued together, that makes a long slope instead of a peak: half of the window is there to
 * be used, and the other half for an authority that stays away meanwhile.
 */
export function levelledPerHour({ steadyPerHour, fleet, backlog, now }: Pace): number {
  const open = backlog.reduce((sum, { count }) => sum + count, 0);
  if (Math.max(fleet, open) <= wholeFleetAtOnce) return fleetPerHour;
  return Math.max(steadyMargin * steadyPerHour, neededPerHour(backlog, now));
}

/** So few do no authority any harm: they are not levelled. */
export const wholeFleetAtOnce = 60;

/**
 * Tokens of a bucket that holds those of ten minutes, of half an hour at most where nobody looked for longer, and one more: what is left of a token is kept.
 *
 * @param elapsedMs since they were counted last; a clock that was set back counts as none
 */
export function refilledTokens({ tokens, perHour, elapsedMs }: { tokens: number; perHour: number; elapsedMs: number }): number {
  const heldMs = Math.min(Math.max(elapsedMs, bucketMs), longestBucketMs);
  const size = 1 + (perHour * heldMs) / hourMs;
  // Never counted before: whatever the pace, also none, a full bucket.
  if (elapsedMs === Infinity) return size;
  return Math.min(size, Math.max(tokens, 0) + (Math.max(elapsedMs, 0) / hourMs) * perHour);
}

/** The steepest slope from now to a deadline: the demand bound of earliest deadline first. */
function neededPerHour(backlog: readonly Backlogged[], now: Date): number {
  const slopes = backlog.map((certificates) => ({ slackMs: slackOf(certificates, now), count: certificates.count })).sort((a, b) => a.slackMs - b.slackMs);
  let [due, needed] = [0, 0];
  for (const { slackMs, count } of slopes) {
    due += count;
    needed = Math.max(needed, (due * hourMs) / slackMs);
  }
  return needed;
}

/**
 * What is past its first deadline has the next one, and then half of the time that is left to its end: whatever a pace is good for, no
 * certificate ends for it. A fortieth of the window is always there before, or a single certificate would ask for haste.
 */
function slackOf({ windowStart, softDeadline, lastCallAt, notAfter }: Backlogged, now: Date): number {
  const windowMs = Math.max(notAfter.getTime() - windowStart.getTime(), hourMs);
  const deadline = softDeadline > now ? softDeadline : lastCallAt;
  if (deadline > now) return Math.max(deadline.getTime() - now.getTime(), windowMs / 40);
  return notAfter > now ? Math.max((notAfter.getTime() - now.getTime()) / 2, leastMs) : hourMs;
}

const hourMs = 3_600_000;
const leastMs = hourMs / 6;
const steadyMargin = 1.5;
const bucketMs = hourMs / 6;
const longestBucketMs = hourMs / 2;
/** One a minute. */
const fleetPerHour = 60;
