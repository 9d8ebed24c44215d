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
 * Renewals an hour at which an authority is asked: three tenths more than its certificates need for ever, so that what waits becomes
 * less, or as many as all that may be renewed need to be done by their deadlines, earliest first.
 *
 * For those that were issued together that makes a long slope instead of a peak: half of the window is there to be used, and the other
 * half for an authority that stays away meanwhile. After it was away, what is past the first deadline does not make haste with all
 * others: the last calls hold, and first deadlines ask for six tenths more than ever at most.
 */
export function levelledPerHour({ steadyPerHour, fleet, backlog, now }: Pace): number {
  const open = backlog.reduce((sum, { count }) => sum + count, 0);
  if (Math.max(fleet, open) <= wholeFleetAtOnce) return fleetPerHour;
  const first = neededPerHour(backlog, (certificates) => slackOf(certificates, now));
  const isBehind = backlog.some(({ softDeadline }) => softDeadline <= now);
  const needed = isBehind ? Math.max(neededPerHour(backlog, (certificates) => lastSlackOf(certificates, now)), Math.min(first, catchUpMargin * steadyPerHour)) : first;
  return Math.max(steadyMargin * steadyPerHour, needed);
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
function neededPerHour(backlog: readonly Backlogged[], slackMsOf: (certificates: Backlogged) => number): number {
  const slopes = backlog.map((certificates) => ({ slackMs: slackMsOf(certificates), count: certificates.count })).sort((a, b) => a.slackMs - b.slackMs);
  let [due, needed] = [0, 0];
  for (const { slackMs, count } of slopes) {
    due += count;
    needed = Math.max(needed, (due * hourMs) / slackMs);
  }
  return needed;
}

/** To the first deadline, or to the last call where that is over. A fifth of the window is always there: the last call is far away yet. */
function slackOf(certificates: Backlogged, now: Date): number {
  const { softDeadline } = certificates;
  return softDeadline > now ? Math.max(softDeadline.getTime() - now.getTime(), windowMsOf(certificates) / 5) : lastSlackOf(certificates, now);
}

/**
 * To the last call, and then half of the time that is left to the end: whatever a pace is good for, no certificate ends for it. A
 * fortieth of the window is always there before, or a single certificate would ask for haste.
 */
function lastSlackOf(certificates: Backlogged, now: Date): number {
  const { lastCallAt, notAfter } = certificates;
  if (lastCallAt > now) return Math.max(lastCallAt.getTime() - now.getTime(), windowMsOf(certificates) / 40);
  return notAfter > now ? Math.max((notAfter.getTime() - now.getTime()) / 2, leastMs) : hourMs;
}

const windowMsOf = ({ windowStart, notAfter }: Backlogged): number => Math.max(notAfter.getTime() - windowStart.getTime(), hourMs);

const hourMs = 3_600_000;
const leastMs = hourMs / 6;
const steadyMargin = 1.3;
const catchUpMargin = 1.6;
const bucketMs = hourMs / 6;
const longestBucketMs = hourMs / 2;
/** One a minute. */
const fleetPerHour = 60;
