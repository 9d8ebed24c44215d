import type { Window } from '@sifaka/contracts';
import { snakeCase } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { decodeCursor, encodeCursor, type Cursor } from './cursor.js';

/** How a column sorts and what a filter on it means: text is searched, the rest is compared. */
export type ColumnType = 'text' | 'integer' | 'boolean' | 'timestamptz';

export interface Column {
  sql: string;
  type: ColumnType;
}

export interface ListableTable {
  /** `app_user u` */
  from: string;
  /** Columns of the answer. */
  select: string;
  /** Unique and ever growing: `u.id`. */
  id: string;
  /** What clients may sort and filter on, by snake_case name. */
  columns: Readonly<Record<string, Column>>;
}

export interface ListRequest {
  window: Window;
  /** `field;value` */
  filter?: string | null;
  ids?: readonly number[] | null;
}

export interface Listed<R> {
  rows: R[];
  /** Rows that match, on all pages. */
  total: number;
  /** Where to read on; null at the end. */
  nextCursor: string | null;
}

/** A condition of the caller's own; `param` writes a value as a parameter of the statement. */
export type Condition = (param: (value: unknown) => string) => string;

/**
 * One page of a table by Lemur's list parameters (rest-api §1.5), or from a cursor on.
 *
 * @throws AppError invalid_argument for a column that cannot be sorted or filtered, and for a value of the wrong type.
 */
export async function listTable<R extends { id: number }>(
  sql: Sql,
  table: ListableTable,
  request: ListRequest,
  conditions: readonly Condition[] = [],
): Promise<Listed<R>> {
  const { window } = request;
  const cursor = window.cursor === null ? null : decodeCursor(window.cursor);
  const order = orderOf(table, cursor ?? window);

  const matching = new Conditions();
  for (const condition of conditions) matching.add(condition);
  const { ids, filter } = request;
  if (ids !== undefined && ids !== null) matching.add((param) => `${table.id} = any(${param(ids)}::int[])`);
  if (filter !== undefined && filter !== null && filter !== '') matching.add(filterCondition(table, filter));
  const counted = sql.query<{ total: number }>(`select count(*) as total from ${table.from} ${matching.where()}`, matching.values);

  const page = matching.copy();
  if (cursor !== null)
    page.add(
      (param) =>
        `(${order.sql}, ${table.id}) ${order.dir === 'asc' ? '>' : '<'} (${param(cursor.value)}::${order.type}, ${param(cursor.id)}::int)`,
    );
  const sorted = `order by ${order.sql} ${order.dir}, ${table.id} ${order.dir}`;
  const range = `limit ${page.param(window.limit)} offset ${page.param(cursor === null ? window.offset : 0)}`;
  const select = `select ${table.select}, (${order.sql})::text as "cursorValue" from ${table.from} ${page.where()} ${sorted} ${range}`;

  const [[count], rows] = await Promise.all([counted, sql.query<R & { cursorValue: string }>(select, page.values)]);
  const last = rows.length === window.limit ? rows.at(-1) : undefined;
  return {
    rows,
    total: count?.total ?? 0,
    nextCursor: last === undefined ? null : encodeCursor({ sortBy: order.name, sortDir: order.dir, value: last.cursorValue, id: last.id }),
  };
}

class Conditions {
  constructor(
    readonly values: unknown[] = [],
    private readonly parts: string[] = [],
  ) {}

  readonly param = (value: unknown): string => `$${this.values.push(value)}`;

  add(condition: Condition): void {
    this.parts.push(condition(this.param));
  }

  where(): string {
    return this.parts.length === 0 ? '' : `where ${this.parts.join(' and ')}`;
  }

  copy(): Conditions {
    return new Conditions([...this.values], [...this.parts]);
  }
}

interface Order {
  name: string | null;
  sql: string;
  type: ColumnType;
  dir: 'asc' | 'desc';
}

// A null would end the comparison with the cursor's row: it sorts as the least value of its type instead.
const leastValue: Record<ColumnType, string> = {
  text: "''",
  integer: '-2147483648',
  boolean: 'false',
  timestamptz: "'-infinity'::timestamptz",
};

function orderOf(table: ListableTable, by: Pick<Window, 'sortBy' | 'sortDir'> | Cursor): Order {
  if (by.sortBy === null || by.sortDir === null) return { name: null, sql: table.id, type: 'integer', dir: 'asc' };
  const column = columnOf(table, by.sortBy);
  return { name: by.sortBy, sql: `coalesce(${column.sql}, ${leastValue[column.type]})`, type: column.type, dir: by.sortDir };
}

function columnOf(table: ListableTable, field: string): Column {
  const name = snakeCase(field);
  const column = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
  if (column !== undefined) return column;
  throw new AppError('invalid_argument', `'${field.slice(0, 64)}' is not sortable or filterable`, { reason: 'listing.not_sortable' });
}

/** Only the first two parts count, as Lemur's clients expect. */
function filterCondition(table: ListableTable, filter: string): Condition {
  const [field = '', value] = filter.split(';');
  if (value === undefined)
    throw new AppError('invalid_argument', `filter "${filter.slice(0, 64)}" must look like field;value`, { reason: 'listing.filter' });
  const column = columnOf(table, field);
  switch (column.type) {
    case 'text':
      return (param) => `${column.sql} ilike ${param(`%${value.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`)}`;
    case 'boolean':
      return (param) => `${column.sql} = ${param(['true', 'yes', 'on', 't', '1'].includes(value.toLowerCase()))}::boolean`;
    case 'integer': {
      const number = integerOf(field, value);
      return (param) => `${column.sql} = ${param(number)}::bigint`;
    }
    case 'timestamptz':
      return (param) =>
        `to_char(${column.sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') like ${param(`%${value.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`)}`;
  }
}

function integerOf(field: string, value: string): number {
  if (/^\s*-?\d{1,15}\s*$/.test(value)) return Number(value);
  throw new AppError('invalid_argument', `filter on ${field.slice(0, 64)}: "${value.slice(0, 64)}" is no integer`, {
    reason: 'listing.filter',
  });
}
