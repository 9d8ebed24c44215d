import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Leases, openDatabase, type Database, type Lease, type Sql } from '@sifaka/database';
import { testDatabase, type TestDatabase } from '../index.js';
import { waitUntil } from '../wait-until.js';

let server: TestDatabase;
let database: Database;
beforeAll(async () => {
  server = await testDatabase();
  database = await openDatabase({ service: 'deploy', url: server.urlOf('deploy') });
  await database.query('create table thing_lease (thing text primary key, holder uuid not null, until timestamptz not null)');
});
afterAll(async () => {
  await database.close();
  await server.drop();
});

const taken: Lease[] = [];
afterEach(async () => {
  for (const lease of taken.splice(0)) await lease.release();
  await database.query('delete from thing_lease');
});

const leases = (given: { sql?: Sql; leaseMs?: number; onFault?: (error: unknown, key: string) => void } = {}) =>
  new Leases<string>(given.sql ?? database, { table: 'thing_lease', key: 'thing', onFault: given.onFault ?? fail, ...(given.leaseMs !== undefined && { leaseMs: given.leaseMs }) });
const fail = (error: unknown): never => {
  throw error;
};
const take = async (of: Leases<string>, key = 'a'): Promise<Lease> => {
  const lease = await of.take(key);
  if (lease === null) throw new Error(`${key} is taken`);
  taken.push(lease);
  return lease;
};
const rowOf = async (key: string) => (await database.query<{ holder: string; until: Date }>('select holder, until from thing_lease where thing = $1', [key]))[0];

/** Short enough to see it put off, long enough for a slow machine. */
const leaseMs = 2_000;

describe('a lease', () => {
  it('is given to one at a time for each key, and to the next when it is released', async () => {
    const first = await take(leases());
    expect(await leases().take('a')).toBeNull();
    await take(leases(), 'b');
    await first.release();
    const second = await take(leases());
    expect(second.holder).not.toBe(first.holder);
  });

  it('says how long somebody may have it', async () => {
    expect(await leases().busyMs('a')).toBe(0);
    await take(leases());
    const busyMs = await leases().busyMs('a');
    expect(busyMs).toBeGreaterThan(10_000);
    expect(busyMs).toBeLessThanOrEqual(20_000);
  });

  it('that its holder does not put off any more goes to the next when it ends, and is not given back by the former', async () => {
    const dead = await take(leases());
    await database.query('update thing_lease set until = now()');
    const next = await take(leases());
    await dead.release();
    expect((await rowOf('a'))?.holder).toBe(next.holder);
  });

  it('is put off while its holder lives', async () => {
    const lease = await take(leases({ leaseMs }));
    const before = await rowOf('a');
    await waitUntil(async () => Number((await rowOf('a'))?.until) > Number(before?.until));
    expect(lease.signal.aborted).toBe(false);
  });

  it('tells its holder that somebody else has it', async () => {
    const lease = await take(leases({ leaseMs }));
    await database.query('update thing_lease set holder = gen_random_uuid()');
    await waitUntil(() => lease.signal.aborted);
    expect((await rowOf('a'))?.holder).not.toBe(lease.holder);
  });

  it('tells its holder before it ends when the database cannot be asked, and says why', async () => {
    const faults: string[] = [];
    let isAway = false;
    const sql: Sql = { query: (statement, params) => (isAway ? Promise.reject(new Error('away')) : database.query(statement, params)) };
    const lease = await take(leases({ sql, leaseMs, onFault: (_, key) => faults.push(key) }));
    isAway = true;
    await waitUntil(() => lease.signal.aborted);
    isAway = false;
    expect((await rowOf('a'))?.until.getTime()).toBeGreaterThan(Date.now());
    expect(faults.length).toBeGreaterThanOrEqual(2);
  });
});
