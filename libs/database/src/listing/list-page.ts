import type { Window } from '@sifaka/contracts';
import type { Sql } from '../sql.js';
import { columnOf, type Column, type Columns } from './column.js';
import type { Conditions } from './conditions.js';
import { decodeCursor, encodeCursor, foreignCursor, type Cursor } from './cursor.js';

export interface ListSource {
  /** `certificate c` */
  from: string;
  /** Unique and ever growing, never null: `c.id`. */
  id: string;
  /** Further columns of the rows; none when the ids are all that is wanted. */
  select?: string;
  columns: Columns;
}

export interface Page<R> {
  /** Ids of the rows, in their order. */
  ids: number[];
  rows: R[];
  /** Rows that match, on all pages. */
  total: number;
  /** Where to read on; null at the end. */
  nextCursor: string | null;
  /** Reads on behind the row with this id of the page. */
  cursorBehind(id: number): string | null;
}

/**
 * One window of a filtered list: Lemur's paging (rest-api §1.5), or from a cursor on.
 *
 * Sorted by the asked column and then by id, so that pages neither repeat nor skip rows; nulls last. With a cursor the
 * page starts behind the row that the cursor names, wherever that is by now. Values and nulls are read by statements of
 * their own: only so is each a walk along an index, in either direction.
 *
 * @throws AppError invalid_argument for a column that cannot be sorted by, and for a cursor of another list.
 */
export async function listPage<R = unknown>(sql: Sql, source: ListSource, conditions: Conditions, window: Window): Promise<Page<R>> {
  const cursor = window.cursor === null ? null : decodeCursor(window.cursor);
  const order = orderOf(source, window, cursor);
  const rows = window.limit === 0 ? [] : await readRows<R>(sql, source, { conditions, order, cursor, limit: window.limit, offset: cursor === null ? window.offset : 0 });
  const total = cursor?.total ?? (await totalOf(sql, source, conditions, window, rows.length));
  const cursorAt = (row: Keys | undefined) =>
    row === undefined ? null : encodeCursor({ by: order.by, dir: order.dir, value: row.list_value, id: row.list_id, total });
  return {
    ids: rows.map((row) => row.list_id),
    rows,
    total,
    nextCursor: rows.length === window.limit ? cursorAt(rows.at(-1)) : null,
    cursorBehind: (id) => cursorAt(rows.find((row) => row.list_id === id)),
  };
}

/** What the engine adds to each row. */
interface Keys {
  list_id: number;
  list_value: string | null;
}

interface Order {
  by: string | null;
  /** Null: by the id alone. */
  column: Column | null;
  dir: 'asc' | 'desc';
}

/** Who reads on by a cursor need not repeat the order, but cannot change it. */
function orderOf(source: ListSource, { sortBy, sortDir }: Window, cursor: Cursor | null): Order {
  const isRepeated = cursor === null || (cursor.by === sortBy && cursor.dir === (sortDir ?? 'asc'));
  if (!isRepeated && (sortBy !== null || sortDir !== null)) throw foreignCursor();
  const by = cursor === null ? sortBy : cursor.by;
  const column = by === null ? null : columnOf(source.columns, by);
  return { by, column: column?.sql === source.id ? null : column, dir: cursor?.dir ?? sortDir ?? 'asc' };
}

/** A page that is not full says itself how long the list is; only the others are worth a count. */
async function totalOf(sql: Sql, source: ListSource, conditions: Conditions, window: Window, read: number): Promise<number> {
  if (read < window.limit && (read > 0 || window.offset === 0)) return window.offset + read;
  return count(sql, source, conditions);
}

async function count(sql: Sql, source: ListSource, conditions: Conditions): Promise<number> {
  const [row] = await sql.query<{ total: number }>(`select count(*) as total from ${source.from} ${conditions.where}`, conditions.values);
  return row?.total ?? 0;
}

interface Reading {
  conditions: Conditions;
  order: Order;
  cursor: Cursor | null;
  limit: number;
  offset: number;
}

async function readRows<R>(sql: Sql, source: ListSource, reading: Reading): Promise<(R & Keys)[]> {
  const { order, cursor, limit, offset } = reading;
  const { column } = order;
  if (column?.isNullable !== true) return readSegment<R>(sql, source, 'all', reading);
  if (cursor?.value === null) return readSegment<R>(sql, source, 'nulls', reading);

  const values = await readSegment<R>(sql, source, 'values', reading);
  if (values.length === limit) return values;
  const passed = values.length > 0 || offset === 0 ? offset : await countValues(sql, source, reading.conditions, column);
  const nulls = { ...reading, cursor: null, limit: limit - values.length, offset: Math.max(0, offset - passed) };
  return [...values, ...(await readSegment<R>(sql, source, 'nulls', nulls))];
}

function countValues(sql: Sql, source: ListSource, conditions: Conditions, column: Column): Promise<number> {
  const present = conditions.copy();
  present.add(`${column.sql} is not null`);
  return count(sql, source, present);
}

type Segment = 'all' | 'values' | 'nulls';

function readSegment<R>(sql: Sql, source: ListSource, segment: Segment, { conditions, order, cursor, limit, offset }: Reading): Promise<(R & Keys)[]> {
  const { id } = source;
  const { dir } = order;
  // Among nulls the id alone decides.
  const column = segment === 'nulls' ? null : order.column;
  const page = conditions.copy();
  if (order.column !== null && segment !== 'all') page.add(`${order.column.sql} is ${segment === 'nulls' ? '' : 'not '}null`);
  if (cursor !== null) addBehind(page, source, column, cursor);
  const sorted = column === null ? `${id} ${dir}` : `${column.sql} ${dir}, ${id} ${dir}`;
  const value = column === null ? 'null::text' : `${column.sql}::text`;
  const range = `limit ${page.parameter(limit)}${offset > 0 ? ` offset ${page.parameter(offset)}` : ''}`;
  const select = `${id} as list_id, ${value} as list_value${source.select === undefined ? '' : `, ${source.select}`}`;
  return sql.query<R & Keys>(`select ${select} from ${source.from} ${page.where} order by ${sorted} ${range}`, page.values);
}

const sqlTypes = { text: 'text', integer: 'bigint', boolean: 'boolean', timestamp: 'timestamptz' } as const;

function addBehind(page: Conditions, { id }: ListSource, column: Column | null, cursor: Cursor): void {
  const than = cursor.dir === 'asc' ? '>' : '<';
  if (column === null) page.add(`${id} ${than} ?`, cursor.id);
  // A comparison of rows, not an "or": the index on (column, id) is entered right behind the row.
  else page.add(`(${column.sql}, ${id}) ${than} (?::${sqlTypes[column.type]}, ?)`, cursor.value, cursor.id);
}
