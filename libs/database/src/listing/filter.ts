import { AppError } from '@sifaka/kernel';
import { columnOf, type Column, type Columns } from './column.js';
import type { Conditions } from './conditions.js';

/** `field;value`: further parts are ignored, none at all is refused. */
export function splitFilter(filter: string): { field: string; value: string } {
  const [field, value] = filter.split(';');
  if (field !== undefined && value !== undefined) return { field: field.trim(), value };
  throw new AppError('invalid_argument', `filter "${filter.slice(0, 64)}" has no semicolon: it must look like field;value`, { reason: 'listing.bad_filter' });
}

/** The generic filter of a list (rest-api §1.5); none when the client gave none. */
export function filterByText(conditions: Conditions, columns: Columns, filter: string | null | undefined): void {
  if (filter === null || filter === undefined || filter === '') return;
  const { field, value } = splitFilter(filter);
  filterBy(conditions, columnOf(columns, field), value);
}

/** "Contains" on texts and on times as the API writes them, equality on everything else. */
export function filterBy(conditions: Conditions, { sql, type }: Column, value: string): void {
  switch (type) {
    case 'text':
      conditions.add(`${sql} ilike ?`, containing(value));
      break;
    case 'boolean':
      conditions.add(`${sql} = ?`, truth(value));
      break;
    case 'integer':
      conditions.add(`${sql} = ?::bigint`, integerOf(value));
      break;
    case 'timestamp':
      conditions.add(`to_char(${sql} at time zone 'UTC', '${timeForms}') like ?`, containing(value));
      break;
  }
}

/** With and without fractions of the second: either may be what the client copied. */
const timeForms = 'YYYY-MM-DD"T"HH24:MI:SS"+00:00" YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"';

/** Pattern for "contains": the caller's `%`, `_` and `\` are characters like any other. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}

const trueWords = ['true', 'yes', 'on', 't', '1'];

/** The truth of a filter value (rest-api §1.5): everything else is false. */
export function truth(text: string): boolean {
  return trueWords.includes(text.toLowerCase());
}

export function integerOf(value: string): number {
  if (/^\s*[+-]?\d{1,15}\s*$/.test(value)) return Number(value);
  throw new AppError('invalid_argument', `filter value "${value.slice(0, 64)}" is no integer`, { reason: 'listing.bad_filter' });
}
