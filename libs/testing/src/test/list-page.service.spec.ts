import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Window } from '@sifaka/contracts';
import { column, Conditions, listPage, nullable, openDatabase, type Database, type Page, type Sql } from '@sifaka/database';
import { testDatabase, type TestDatabase } from '../index.js';

let server: TestDatabase;
let database: Database;
beforeAll(async () => {
  server = await testDatabase();
  database = await openDatabase({ service: 'issuer', url: server.urlOf('issuer') });
  await database.query('create table thing (id int primary key, name text, size int not null, made_at timestamptz not null)');
  // Every third has no name, many share one.
  await database.query(`insert into thing select i, case when i % 3 > 0 then 'n' || i % 4 end, i % 5, '2026-01-01'::timestamptz + i % 7 * interval '1.000001 s'
    from generate_series(1, 50) i`);
});
afterAll(async () => {
  await database.close();
  await server.drop();
});

const columns = {
  id: column.integer('t.id'),
  name: nullable(column.text('t.name')),
  size: column.integer('t.size'),
  made_at: column.timestamp('t.made_at'),
};
const source = { from: 'thing t', id: 't.id', select: 't.name', columns };
const page = (window: Partial<Window>, conditions = new Conditions(), sql: Sql = database): Promise<Page<{ name: string | null }>> =>
  listPage(sql, source, conditions, { offset: 0, limit: 1_000, sortBy: null, sortDir: null, cursor: null, ...window });

const orders = Object.keys(columns).flatMap((sortBy) => (['asc', 'desc'] as const).map((sortDir) => ({ sortBy, sortDir })));

describe('listPage', () => {
  it.each([...orders, { sortBy: null, sortDir: null }])('reads the same by number and by cursor, sorted by %o', async (order) => {
    const whole = (await page(order)).ids;
    expect([...whole].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    const byNumber: number[] = [];
    for (let offset = 0; offset < 56; offset += 7) byNumber.push(...(await page({ ...order, offset, limit: 7 })).ids);
    expect(byNumber).toEqual(whole);
    const byCursor: number[] = [];
    let cursor: string | null = null;
    do {
      const next: Page<unknown> = await page({ ...order, limit: 7, cursor });
      byCursor.push(...next.ids);
      expect(next.total).toBe(50);
      cursor = next.nextCursor;
    } while (cursor !== null);
    expect(byCursor).toEqual(whole);
  });

  it.each(['asc', 'desc'] as const)('puts what has no value last, %s', async (sortDir) => {
    const names = (await page({ sortBy: 'name', sortDir })).rows.map(({ name }) => name);
    expect(names.indexOf(null)).toBe(names.filter((name) => name !== null).length);
    expect(names.slice(0, 4)).toEqual(Array(4).fill(sortDir === 'asc' ? 'n0' : 'n3'));
  });

  it('reads on behind any row of a page', async () => {
    const first = await page({ sortBy: 'size', sortDir: 'desc', limit: 10 });
    const cursor = first.cursorBehind(first.ids[3] ?? 0);
    expect((await page({ sortBy: 'size', sortDir: 'desc', limit: 6, cursor })).ids).toEqual(first.ids.slice(4));
  });

  it('keeps the order of a cursor unless another is asked for, which is refused', async () => {
    const { ids, nextCursor } = await page({ sortBy: 'made_at', sortDir: 'desc', limit: 5 });
    const on = await page({ limit: 5, cursor: nextCursor });
    expect([...ids, ...on.ids]).toEqual((await page({ sortBy: 'made_at', sortDir: 'desc', limit: 10 })).ids);
    for (const other of [{ sortBy: 'made_at', sortDir: 'asc' as const }, { sortBy: 'size', sortDir: 'desc' as const }])
      await expect(page({ ...other, cursor: nextCursor })).rejects.toMatchObject({ reason: 'listing.bad_cursor' });
  });

  it('counts once: not where the page says it, and not behind a cursor', async () => {
    const asked: string[] = [];
    const sql: Sql = { query: (statement, params) => (asked.push(JSON.stringify(statement)), database.query(statement, params)) };
    const counts = () => asked.splice(0).filter((text) => text.includes('count(*)')).length;
    const few = new Conditions();
    few.add('t.size = ?', 3);
    expect([(await page({ limit: 20 }, few, sql)).total, counts()]).toEqual([10, 0]);
    const first = await page({ limit: 20 }, new Conditions(), sql);
    expect([first.total, counts()]).toEqual([50, 1]);
    expect([(await page({ limit: 20, cursor: first.nextCursor }, new Conditions(), sql)).total, counts()]).toEqual([50, 0]);
    expect([(await page({ limit: 20, offset: 40 }, new Conditions(), sql)).total, counts()]).toEqual([50, 0]);
    expect([(await page({ limit: 20, offset: 90 }, new Conditions(), sql)).total, counts()]).toEqual([50, 1]);
    expect([(await page({ limit: 0 }, new Conditions(), sql)).total, counts()]).toEqual([50, 1]);
  });

  it('refuses columns that nobody listed', async () => {
    for (const sortBy of ['secret', 'constructor', 't.id'])
      await expect(page({ sortBy, sortDir: 'asc' })).rejects.toMatchObject({ code: 'invalid_argument', reason: 'listing.not_sortable' });
  });
});
