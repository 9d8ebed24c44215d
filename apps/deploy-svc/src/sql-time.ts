import { timestamp } from '@sifaka/kernel';

/** A time of the service's own clock, so that what is due follows that clock and not the database's. */
export const sqlTime = (at: Date, pauseMs = 0): string => `'${timestamp(new Date(at.getTime() + Math.round(pauseMs)))}'::timestamptz`;
