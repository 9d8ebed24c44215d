import { AppError } from '@sifaka/kernel';
import { containing, truth, type Conditions } from './conditions.js';

export type ColumnType = 'text' | 'integer' | 'boolean' | 'timestamp';

/** A column that clients may sort and filter by. */
export interface Column {
  sql: string;
  type: ColumnType;
}

/** Columns by their snake_case name. */
export type Columns = Readonly<Record<string, Column>>;

const text = (sql: string): Column => ({ sql, type: 'text' });
const integer = (sql: string): Column => ({ sql, type: 'integer' });
const boolean = (sql: string): Column => ({ sql, type: 'boolean' });
const timestamp = (sql: string): Column => ({ sql, type: 'timestamp' });

export const certificateColumns: Columns = {
  id: integer('c.id'),
  name: text('c.name'),
  owner: text('c.owner'),
  description: text('c.description'),
  notify: boolean('c.notify'),
  active: boolean('c.notify'),
  rotation: boolean('c.rotation'),
  deleted: boolean('c.deleted'),
  issuer: text('c.issuer'),
  serial: text('c.serial'),
  serial_hex: text('c.serial_hex'),
  cn: text('c.cn'),
  common_name: text('c.cn'),
  status: text('c.status'),
  key_type: text('c.key_type'),
  signing_algorithm: text('c.signing_algorithm'),
  external_id: text('c.external_id'),
  bits: integer('c.bits'),
  san: text("(case when c.san then 'true' end)"),
  not_before: timestamp('c.not_before'),
  not_after: timestamp('c.not_after'),
  validity_start: timestamp('c.not_before'),
  validity_end: timestamp('c.not_after'),
  date_created: timestamp('c.date_created'),
  user_id: integer('c.user_id'),
  authority_id: integer('c.authority_id'),
  rotation_policy_id: integer('c.rotation_policy_id'),
  distinguished_name: text('c.distinguished_name'),
};

export const authorityColumns: Columns = {
  id: integer('a.id'),
  name: text('a.name'),
  owner: text('a.owner'),
  description: text('a.description'),
  plugin_name: text('a.plugin_slug'),
  active: boolean('a.active'),
  date_created: timestamp('a.created_at'),
  user_id: integer('a.user_id'),
};

export const domainColumns: Columns = { id: integer('d.id'), name: text('d.name'), sensitive: boolean('d.sensitive') };

export const logColumns: Columns = {
  id: integer('l.id'),
  log_type: text('l.log_type'),
  logged_at: timestamp('l.logged_at'),
  user_id: integer('l.user_id'),
  certificate_id: integer('l.certificate_id'),
};

/** The column that a client means, in camelCase or snake_case; unknown and secret ones are refused alike. */
export function columnOf(columns: Columns, field: string): Column {
  const name = field.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (column !== undefined) return column;
  const known = Object.keys(columns).join(', ');
  throw new AppError('invalid_argument', `'${name.slice(0, 64)}' is not sortable or filterable; these are: ${known}`, { reason: 'listing.not_sortable' });
}

/** Generic filter of a column: "contains" on texts, equality on everything that has a value of its own. */
export function filterBy(conditions: Conditions, column: Column, value: string): void {
  switch (column.type) {
    case 'text':
      return conditions.add(`${column.sql} ilike ?`, containing(value));
    case 'boolean':
      return conditions.add(`${column.sql} = ?`, truth(value));
    case 'integer':
      return conditions.add(`${column.sql} = ?::bigint`, integerOf(value));
    case 'timestamp':
      return conditions.add(`to_char(${column.sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') like ?`, containing(value));
  }
}

export function integerOf(value: string): number {
  if (/^\s*[+-]?\d{1,15}\s*$/.test(value)) return Number(value);
  throw new AppError('invalid_argument', `filter value "${value.slice(0, 64)}" is no integer`, { reason: 'listing.bad_filter' });
}

/** `field;value`: further parts are ignored, none at all is refused. */
export function splitFilter(filter: string): { field: string; value: string } {
  const [field, value] = filter.split(';');
  if (field !== undefined && value !== undefined) return { field: field.trim(), value };
  throw new AppError('invalid_argument', `filter "${filter.slice(0, 64)}" has no semicolon: write field;value`, { reason: 'listing.bad_filter' });
}
