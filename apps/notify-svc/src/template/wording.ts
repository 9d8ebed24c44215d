/** Values in words: what both text and HTML say. Times are UTC, whoever reads them. */

const day = 86_400_000;
const hour = 3_600_000;
const minute = 60_000;

const dayFormat = new Intl.DateTimeFormat('en-US', { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric', timeZone: 'UTC' });
const timeFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });

/** `Tuesday, December 1, 2026`. */
export const dateText = (at: Date): string => dayFormat.format(at);

/** `Tuesday, December 1, 2026, 12:00 UTC`. */
export const timeText = (at: Date): string => `${dateText(at)}, ${timeFormat.format(at)} UTC`;

/** `1 certificate`, `1,234 certificates`. */
export const countText = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

/** Whole days, as everybody counts them who is told at an interval; never below zero. */
export const daysLeft = (notAfter: Date, now: Date): number => Math.max(0, Math.floor((notAfter.getTime() - now.getTime()) / day));

/** `30 days`; hours below two days, minutes below two hours: a certificate may live no longer. */
export function durationText(ms: number): string {
  if (ms >= 2 * day) return countText(Math.floor(ms / day), 'day');
  if (ms >= 2 * hour) return countText(Math.floor(ms / hour), 'hour');
  return countText(Math.max(0, Math.floor(ms / minute)), 'minute');
}

/** `expires in 30 days`, `expired 2 days ago`. */
export function endText(notAfter: Date, now: Date): string {
  const left = notAfter.getTime() - now.getTime();
  return left >= 0 ? `expires in ${durationText(left)}` : `expired ${durationText(-left)} ago`;
}

/** `in 30 days`, `2 days ago`. */
export const whenText = (at: Date, now: Date): string => endText(at, now).replace(/^expire[sd] /, '');

/** In one line, without what turns the direction of writing around, of at most so many characters. */
export function plainText(value: string, most = 1_000): string {
  const line = value
    .replaceAll(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g, '')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
