import { AppError, isAppError } from '@sifaka/kernel';

/** The authority is asked on, although the request has ended here. */
export interface Watch {
  until: Date;
  nextTryAt: Date;
}

const minuteMs = 60_000;
const watchMs = 7 * 24 * 60 * minuteMs;
const shortestMs = 10 * minuteMs;
const longestMs = 6 * 60 * minuteMs;

/** Of what ends now. */
export const newWatch = (at: Date): Watch => ({ until: new Date(at.getTime() + watchMs), nextTryAt: new Date(at.getTime() + shortestMs) });

/** As long again as it is watched already, from ten minutes to six hours; the last look is at the end. */
export function nextLook(until: Date, at: Date): Date {
  const watchedMs = at.getTime() - (until.getTime() - watchMs);
  return new Date(Math.min(until.getTime(), at.getTime() + Math.min(longestMs, Math.max(shortestMs, watchedMs))));
}

/** Why the authority does not know that nobody waits any more; null when it does. */
export type Untold = string | null;

/**
 * Cancels at the authority.
 *
 * @param cancel false where the issuer cannot
 * @throws what cancelling threw, unless it says that it cannot be done at all
 */
export async function tell(cancel: () => Promise<boolean>): Promise<Untold> {
  try {
    return (await cancel()) ? null : 'its issuer cannot cancel';
  } catch (error) {
    if (error instanceof AppError && (error.code === 'failed_precondition' || error.code === 'not_found')) return error.message;
    throw error;
  }
}

/** The same for what ends whatever the authority says. */
export function tellAtBest(cancel: () => Promise<boolean>): Promise<Untold> {
  return tell(cancel).catch((error: unknown) => (isAppError(error) && error.code !== 'internal' ? error.message : 'the issuer failed'));
}

/** For the audit entry. */
export const toldDetails = (untold: Untold): Record<string, boolean | string> => (untold === null ? { authorityTold: true } : { authorityTold: false, authorityNotToldBecause: untold });
