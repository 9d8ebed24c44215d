/** A certificate whose time has come. */
export interface Backlogged {
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
 * less, and a quarter more than what waits needs to be done by its deadlines, earliest first.
 *
 * After an outage that makes a longer slope instead of a peak: half of the window is there to be used.
 */
export function levelledPerHour({ steadyPerHour, fleet, backlog, now }: Pace): number {
  if (Math.max(fleet, backlog.length) <= wholeFleetAtOnce) return fleetPerHour;
  return Math.max(steadyMargin * steadyPerHour, backlogMargin * neededPerHour(backlog, now));
}

/** So few do no authority any harm: they are not levelled. */
export const wholeFleetAtOnce = 60;

/**
 * Tokens of a bucket that holds those of ten minutes, and at least one.
 *
 * @param elapsedMs since they were counted last; a clock that was set back counts as none
 */
export function refilledTokens({ tokens, perHour, elapsedMs }: { tokens: number; perHour: number; elapsedMs: number }): number {
  const size = Math.max(1, perHour * bucketHours);
  return Math.min(size, Math.max(tokens, 0) + (Math.max(elapsedMs, 0) / hourMs) * perHour);
}

/** The steepest slope from now to a deadline: the demand bound of earliest deadline first. */
function neededPerHour(backlog: readonly Backlogged[], now: Date): number {
  const slackMs = backlog.map((certificate) => slackOf(certificate, now)).sort((a, b) => a - b);
  return slackMs.reduce((needed, slack, index) => Math.max(needed, ((index + 1) * hourMs) / slack), 0);
}

/** What is past its first deadline has the next one; a twentieth of the window is always there, or one certificate would ask for haste. */
function slackOf({ windowStart, softDeadline, lastCallAt, notAfter }: Backlogged, now: Date): number {
  const windowMs = Math.max(notAfter.getTime() - windowStart.getTime(), hourMs);
  const deadline = softDeadline > now ? softDeadline : lastCallAt;
  return Math.max(deadline.getTime() - now.getTime(), windowMs / 20);
}

const hourMs = 3_600_000;
const steadyMargin = 1.5;
const backlogMargin = 1.25;
const bucketHours = 1 / 6;
/** One a minute. */
const fleetPerHour = 60;
