import type { CertificateListInput } from '@sifaka/contracts';
import { columnOf, Conditions, containing, filterBy, integerOf, splitFilter, truth } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { certificateColumns } from './columns.js';
import { plusDays, plusMonths, startOfDay } from './days.js';

/** What the installation hides from lists. */
export interface ListingRules {
  now: Date;
  /** Months after its end (negative: past) at which a certificate leaves the list. */
  hideExpiredAfterMonths: number;
  hidesDeleted: boolean;
}

/** The conditions of `GET /certificates` (rest-api §6.2) on table `certificate c`. */
export function certificateConditions(input: CertificateListInput, rules: ListingRules): Conditions {
  const conditions = new Conditions();
  const today = startOfDay(rules.now);
  if (rules.hidesDeleted) conditions.add('not c.deleted');
  if (!input.showExpired) conditions.add('c.not_after >= ?::timestamptz', plusDays(plusMonths(today, rules.hideExpiredAfterMonths), 1));
  if (input.ids !== null) conditions.add('c.id = any(?::int[])', input.ids);
  if (input.name !== null) conditions.add('c.name = ?', input.name);
  if (input.serial !== null) conditions.add('c.serial_hex = ?', serialHexOf(input.serial));
  if (input.timeRange !== null)
    conditions.add('c.not_after >= ?::timestamptz and c.not_after < ?::timestamptz', today, plusDays(today, input.timeRange * 7 + 1));
  if (input.owner !== null) conditions.add('c.owner = ?', input.owner.toLowerCase());
  if (input.active !== null) conditions.add('c.notify = ?', input.active);
  if (input.rotation !== null) conditions.add('c.rotation = ?', input.rotation);
  if (input.creatorIds !== null) createdBy(conditions, input.creatorIds);
  if (input.authorityId !== null) conditions.add('c.authority_id = ?', input.authorityId);
  if (input.destinationId !== null) conditions.add(atDestination, input.destinationId);
  // Notifications hang on no certificate yet, so a list by one of them is empty.
  if (input.notificationId !== null) conditions.add('false');
  if (input.filter !== null && input.filter !== '') filter(conditions, input.filter);
  return conditions;
}

/** One creator's certificates lie in the order of the list in the index; those of several have to be sorted. */
function createdBy(conditions: Conditions, ids: readonly number[]): void {
  if (ids.length === 1) conditions.add('c.user_id = ?', ids[0]);
  else conditions.add('c.user_id = any(?::int[])', ids);
}

function filter(conditions: Conditions, text: string): void {
  const { field, value } = splitFilter(text);
  switch (field) {
    case 'issuer':
      idsIn(conditions, value, [
        'select i.id from certificate i where i.issuer ilike ?',
        'select i.id from certificate i where i.authority_id in (select a.id from authority a where a.name ilike ?)',
      ]);
      break;
    case 'destination':
      conditions.add(atDestination, integerOf(value));
      break;
    case 'cn':
      idsIn(conditions, value, ['select i.id from certificate i where i.cn ilike ?', certificatesOfDomain]);
      break;
    case 'name':
      idsIn(conditions, value, ['select i.id from certificate i where i.name ilike ?', 'select i.id from certificate i where i.cn ilike ?', certificatesOfDomain]);
      break;
    case 'fixedName':
    case 'fixed_name':
      conditions.add('c.name = ?', value);
      break;
    case 'san':
      conditions.add('c.san = ?', truth(value));
      break;
    default:
      filterBy(conditions, columnOf(certificateColumns, field), value);
  }
}

/** As a bigint: a number that is no id is that of no destination. */
const atDestination =
  "c.id in (select a.certificate_id from certificate_attachment a where a.kind = 'destination' and a.object_id = ?::bigint and a.is_attached)";

const certificatesOfDomain = 'select d.certificate_id from domain d where d.name ilike ? and d.certificate_id is not null';

/** A union of what each index finds: an "or" over two tables would read the whole inventory. */
function idsIn(conditions: Conditions, value: string, selects: readonly string[]): void {
  conditions.add(`c.id in (${selects.join(' union ')})`, ...selects.map(() => pattern(value)));
}

/** In double quotes a value is the whole text, else a part of it; case never counts. */
function pattern(value: string): string {
  const quoted = /^"(.*)"$/.exec(value)?.[1];
  return quoted === undefined ? containing(value) : containing(quoted).slice(1, -1);
}

/** Decimal, `0x` hex or colon-separated hex → upper-case hex without padding, as stored. */
export function serialHexOf(serial: string): string {
  const text = serial.trim();
  const isHex = /^0x/i.test(text) || text.includes(':');
  const digits = isHex ? text.replace(/^0x/i, '').replaceAll(':', '') : text;
  if (isHex ? /^[\da-f]{1,64}$/i.test(digits) : /^\d{1,77}$/.test(digits)) return BigInt(isHex ? `0x${digits}` : digits).toString(16).toUpperCase();
  throw new AppError('invalid_argument', `serial "${text.slice(0, 64)}" is neither decimal, 0x hex nor colon-separated hex`, {
    fields: [{ path: 'serial', message: `"${text.slice(0, 64)}" is neither decimal, 0x hex nor colon-separated hex` }],
  });
}
