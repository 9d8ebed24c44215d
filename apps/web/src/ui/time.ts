const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export const dateTimeText = (timestamp: string): string => absolute.format(new Date(timestamp));

export const dayText = (timestamp: string): string => day.format(new Date(timestamp));

/** "in 3 months, 1 Mar 2027, 09:00": how far away, and the moment itself. */
export const momentText = (timestamp: string): string => `${relativeText(timestamp)}, ${dateTimeText(timestamp)}`;

/** "1.2 s", "45 s", "3 min": how long something took. */
export const tookText = (ms: number): string => (ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`);

/** "in 3 months", "yesterday": in the largest unit that still says something. */
export function relativeText(timestamp: string, now: number = Date.now()): string {
  const ms = new Date(timestamp).getTime() - now;
  const size = Math.abs(ms);
  if (size < hourMs) return relative.format(Math.round(ms / 60_000), 'minute');
  if (size < 2 * dayMs) return relative.format(Math.round(ms / hourMs), 'hour');
  if (size < 60 * dayMs) return relative.format(Math.round(ms / dayMs), 'day');
  if (size < 730 * dayMs) return relative.format(Math.round(ms / (30.44 * dayMs)), 'month');
  return relative.format(Math.round(ms / (365.25 * dayMs)), 'year');
}
