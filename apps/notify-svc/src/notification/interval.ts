import { AppError } from '@sifaka/kernel';
import type { StoredOption } from '@sifaka/plugin-host';

/** Options that say when an expiration is told. */
export const intervalOptions = ['interval', 'unit'] as const;

/** As in Lemur; nothing looks further ahead. */
export const longestIntervalDays = 90;

const daysOf = { days: 1, weeks: 7, months: 30 } as const;
type Unit = keyof typeof daysOf;
export const intervalUnits: readonly Unit[] = ['days', 'weeks', 'months'];

const isUnit = (value: unknown): value is Unit => intervalUnits.some((unit) => unit === value);

/** Where the fault stands in a request; Lemur names the options as a whole. */
const path = 'plugin.pluginOptions';

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/**
 * Options with `interval` as a number, whatever form it came in, and the days that it comes to; null where there is none.
 *
 * @throws AppError `invalid_argument` for an interval that is no whole number, has no unit or an unknown one, or is longer than 90 days
 */
export function withInterval(options: readonly StoredOption[]): { options: StoredOption[]; intervalDays: number | null } {
  const interval = options.find(({ name }) => name === 'interval')?.value;
  const unit = options.find(({ name }) => name === 'unit')?.value;
  if (!isGiven(interval)) {
    if (isGiven(unit)) throw refused('interval is missing: a unit alone says nothing');
    return { options: [...options], intervalDays: null };
  }
  const count = wholeNumber(interval);
  if (count === null) throw refused(`interval must be a whole number, not ${shown(interval)}`);
  const known = isGiven(unit) ? unit : 'days';
  if (!isUnit(known)) throw refused(`unit must be one of ${intervalUnits.join(', ')}, not ${shown(known)}`);
  const intervalDays = count * daysOf[known];
  if (intervalDays > longestIntervalDays) throw refused(`an interval of ${count} ${known} is ${intervalDays} days, and ${longestIntervalDays} are the most`);
  const others = options.filter(({ name }) => !intervalOptions.some((own) => own === name));
  return { options: [{ name: 'interval', value: count }, { name: 'unit', value: known }, ...others], intervalDays };
}

/** Neither option is a secret. */
function shown(value: unknown): string {
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function wholeNumber(value: unknown): number | null {
  const number = typeof value === 'string' && /^\s*\d{1,6}\s*$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : null;
}

const refused = (message: string): AppError => new AppError('invalid_argument', `${path}: ${message}`, { reason: 'notification.bad_interval', fields: [{ path, message }] });
