import type { Window } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import { columnOf, type Column, type Columns } from './columns.js';
import type { Conditions } from './conditions.js';

const Cursor = z.object({ by: z.string().nullable(), dir: z.enum(['asc', 'desc']), value: z.string().nullable(), id: z.int() });
type Cursor = z.output<typeof Cursor>;

interface Source {
  /** `certificate c` */
  from: string;
  idColumn: string;
  columns: Columns;
}

export interface IdPage {
  ids: number[];
  total: number;
  nextCursor: string | null;
  /** Reads on behind the row with this id of the page. */
  cursorBehind(id: number): string | null;
}

/** JSON of the rows in one message: the bus may carry as little as 1 MiB, and the envelope needs some of it. */
const maxAnswerChars = 400_000;

/**
 * A page of whole records, cut where they would no longer fit one message: the rest is behind its cursor.
 * At least one record is in it, whatever it weighs.
 */
export function fittingPage<T extends { id: number }>(page: IdPage, items: T[]): { items: T[]; total: number; nextCursor: string | null } {
  const { total, nextCursor } = page;
  let chars = 0;
  const fitting = items.findIndex((item, index) => (chars += JSON.stringify(item).length) > maxAnswerChars && index > 0);
  const last = items[fitting - 1];
  if (fitting === -1 || last === undefined) return { items, total, nextCursor };
  return { items: items.slice(0, fitting), total, nextCursor: page.cursorBehind(last.id) };
}

/**
 * The ids of one window of a filtered list, and how many there are in all.
 *
 * Sorted by the asked column and then by id, so that pages neither repeat nor skip rows; nulls last. With a cursor the
 * page starts behind the row that the cursor names, wherever that is by now.
 */
export async function pageOfIds(sql: Sql, source: Source, conditions: Conditions, window: Window): Promise<IdPage> {
  const [counted, page] = await Promise.all([count(sql, source, conditions), rows(sql, source, conditions, window)]);
  const last = page.at(-1);
  const hasMore = last !== undefined && page.length === window.limit;
  const cursorAt = (row: Row | undefined) => (row === undefined ? null : encode({ by: window.sortBy, dir: window.sortDir ?? 'asc', value: row.sort_value, id: row.id }));
  return {
    ids: page.map((row) => row.id),
    total: counted,
    nextCursor: hasMore ? cursorAt(last) : null,
    cursorBehind: (id) => cursorAt(page.find((row) => row.id === id)),
  };
}

interface Row {
  id: number;
  sort_value: string | null;
}

async function count(sql: Sql, source: Source, conditions: Conditions): Promise<number> {
  const [row] = await sql.query<{ total: number }>(`select count(*)::int as total from ${source.from} ${conditions.where}`, conditions.values);
  return row?.total ?? 0;
}

async function rows(sql: Sql, source: Source, conditions: Conditions, window: Window): Promise<Row[]> {
  if (window.limit === 0) return [];
  const column = window.sortBy === null ? null : columnOf(source.columns, window.sortBy);
  const direction = window.sortDir ?? 'asc';
  const values = [...conditions.values];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const cursor = window.cursor === null ? null : decode(window.cursor, window);
  const behind = cursor === null ? '' : `${conditions.where === '' ? 'where' : 'and'} ${behindCursor(source, column, cursor, parameter)}`;
  const order = column === null ? `${source.idColumn} ${direction}` : `${column.sql} ${direction} nulls last, ${source.idColumn} ${direction}`;
  const offset = cursor === null && window.offset > 0 ? `offset ${parameter(window.offset)}` : '';
  const limit = parameter(window.limit);
  return sql.query(
    `select ${source.idColumn} as id, ${column === null ? 'null::text' : `${column.sql}::text`} as sort_value
     from ${source.from} ${conditions.where} ${behind} order by ${order} limit ${limit} ${offset}`,
    values,
  );
}

const sqlTypes = { text: 'text', integer: 'bigint', boolean: 'boolean', timestamp: 'timestamptz' } as const;

function behindCursor(source: Source, column: Column | null, cursor: Cursor, parameter: (value: unknown) => string): string {
  const than = cursor.dir === 'asc' ? '>' : '<';
  const id = parameter(cursor.id);
  if (column === null) return `${source.idColumn} ${than} ${id}`;
  if (cursor.value === null) return `(${column.sql} is null and ${source.idColumn} ${than} ${id})`;
  const value = `${parameter(cursor.value)}::${sqlTypes[column.type]}`;
  return `(${column.sql} ${than} ${value} or (${column.sql} = ${value} and ${source.idColumn} ${than} ${id}) or ${column.sql} is null)`;
}

const encode = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');

function decode(text: string, window: Window): Cursor {
  const cursor = Cursor.safeParse(jsonOf(text));
  if (cursor.success && cursor.data.by === window.sortBy && cursor.data.dir === (window.sortDir ?? 'asc')) return cursor.data;
  throw new AppError('invalid_argument', 'cursor does not belong to this list: take nextCursor from its last answer and keep sortBy and sortDir', {
    reason: 'listing.bad_cursor',
    fields: [{ path: 'cursor', message: 'does not belong to this list: take nextCursor from its last answer and keep sortBy and sortDir' }],
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
