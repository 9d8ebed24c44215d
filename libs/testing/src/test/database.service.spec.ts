import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Entity, PrimaryGeneratedColumn, Column } from 'typeorm';
import { openDatabase, platformTables, uniqueViolation, type Database } from '@sifaka/database';
import { testDatabase, waitUntil, type TestDatabase } from '../index.js';

@Entity({ name: 'animal' })
class Animal {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  name!: string;
}

const animals = {
  name: '0001-animal',
  sql: 'create table animal (id bigint generated always as identity primary key, name text not null unique, age int)',
};

let databases: TestDatabase;
let database: Database;

beforeAll(async () => {
  databases = await testDatabase([
    { name: 'issuer', migrations: [...platformTables('issuer'), animals] },
    { name: 'keyvault', migrations: platformTables('keyvault') },
  ]);
  database = await openDatabase({
    service: 'issuer',
    url: databases.urlOf('issuer'),
    poolSize: 4,
    statementTimeoutMs: 300,
    entities: [Animal],
  });
});
afterAll(async () => {
  await database.close();
  await databases.drop();
});

describe('values', () => {
  it('arrive exact: whole numbers while safe, decimals and dates as text, instants as Date', async () => {
    const [row] = await database.query(`select 9007199254740991::int8 as safe, 9007199254740993::int8 as unsafe, 1.50::numeric as price,
      date '2026-02-28' as day, timestamptz '2026-02-28 12:00:00+00' as at, array[1,null,3]::int8[] as counts, array['a','b,c']::text[] as words, '{}'::int8[] as none`);

    expect(row).toEqual({
      safe: 9007199254740991,
      unsafe: '9007199254740993',
      price: '1.50',
      day: '2026-02-28',
      at: new Date('2026-02-28T12:00:00Z'),
      counts: [1, null, 3],
      words: ['a', 'b,c'],
      none: [],
    });
  });

  it("that Postgres cannot hold are the caller's fault", async () => {
    await expect(database.query('select $1::text', ['a\0b'])).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(database.query('select $1::int', [2 ** 40])).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});

describe('statements', () => {
  it('with a name are prepared once and answer each time', async () => {
    const add = (left: number) => database.query<{ sum: number }>({ name: 'add', text: 'select $1::int + 1 as sum', values: [left] });

    expect([await add(1), await add(2)]).toEqual([[{ sum: 2 }], [{ sum: 3 }]]);
  });

  it('that take too long are cancelled', async () => {
    await expect(database.query('select pg_sleep(5)')).rejects.toMatchObject({ code: 'unavailable', reason: 'database.timeout' });
  });

  it('share one pool with TypeORM', async () => {
    const animal = await database.dataSource.getRepository(Animal).insert({ name: 'typed' });

    expect(await database.query('select name from animal where id = $1', [animal.identifiers[0]?.id])).toEqual([{ name: 'typed' }]);
    expect(database.pool.totalCount).toBeLessThanOrEqual(4);
  });

  it('tell which unique constraint they broke', async () => {
    await database.query('insert into animal (name) values ($1)', ['sifaka']);
    const error: unknown = await database.query('insert into animal (name) values ($1)', ['sifaka']).catch((thrown: unknown) => thrown);

    expect(uniqueViolation(error)).toMatchObject({ constraint: 'animal_name_key', column: 'name' });
  });
});

describe('a transaction', () => {
  it('keeps all or nothing', async () => {
    await database.transaction((tx) => tx.query("insert into animal (name) values ('kept')"));
    const failed = database.transaction(async (tx) => {
      await tx.query("insert into animal (name) values ('lost')");
      throw new Error('changed my mind');
    });

    await expect(failed).rejects.toThrow('changed my mind');
    expect(await database.query("select name from animal where name in ('kept', 'lost')")).toEqual([{ name: 'kept' }]);
  });

  it('that loses a race is a conflict, or runs again when asked to', async () => {
    await database.query("insert into animal (name, age) values ('racer', 0)");
    const birthday = (retries: number) =>
      database.transaction(
        async (tx) => {
          const [row] = await tx.query<{ age: number }>("select age from animal where name = 'racer'");
          await tx.query("update animal set age = $1 where name = 'racer'", [(row?.age ?? 0) + 1]);
        },
        { isolation: 'serializable', retries },
      );

    await Promise.all([birthday(20), birthday(20), birthday(20)]);
    expect(await database.query("select age from animal where name = 'racer'")).toEqual([{ age: 3 }]);
  });

  it('gives its connection back, whatever happens', async () => {
    await Promise.allSettled(Array.from({ length: 20 }, () => database.transaction((tx) => tx.query('select broken'))));

    await expect(database.query('select 1 as one')).resolves.toEqual([{ one: 1 }]);
    expect(database.pool.waitingCount).toBe(0);
  });
});

describe('a service role', () => {
  it.each([
    ['read another schema', 'select * from keyvault.outbox', 'permission denied for schema keyvault'],
    ['read another queue', 'select * from keyvault_jobs.migrations', 'permission denied for schema keyvault_jobs'],
    ['create in public', 'create table public.mine (id int)', 'permission denied for schema public'],
    ['create beside the extensions', 'create table extensions.mine (id int)', 'permission denied for schema extensions'],
    ['create schemas', 'create schema mine', 'permission denied for database'],
    ['become another role', 'set role sifaka_keyvault', 'permission denied to set role'],
    ['read files of the server', "select pg_read_file('/etc/passwd')", 'permission denied for function'],
    ['run programs', "copy (select 1) to program 'true'", 'permission denied to COPY'],
  ])('cannot %s', async (_, sql, message) => {
    await expect(database.query(sql)).rejects.toThrow(message);
  });

  it('can use trigram search without naming its schema', async () => {
    expect(await database.query("select similarity('sifaka', 'sifaka') as same")).toEqual([{ same: 1 }]);
    await expect(database.query('create index on animal using gin (name gin_trgm_ops)')).resolves.toEqual([]);
  });

  it('cannot change or remove what was audited', async () => {
    await database.query(`insert into audit_entry (id, at, action, actor, object_type, object_id)
      values ('00000000-0000-4000-8000-000000000001', now(), 'certificate.issued', '{}', 'certificate', '1')`);

    for (const sql of ["update audit_entry set action = 'x'", 'delete from audit_entry', 'truncate audit_entry']) {
      await expect(database.query(sql)).rejects.toThrow('audit entries are never changed or removed');
    }
    expect(await database.query('select count(*) as count from audit_entry')).toEqual([{ count: 1 }]);
  });
});

describe('a lost connection', () => {
  it('fails what was under way as unavailable, and is replaced', async () => {
    const sleeping = database.query('select pg_sleep(0.2), pg_backend_pid()');
    const admin = await openDatabase({ service: 'keyvault', url: databases.adminUrl, poolSize: 2 });
    const seen = sleeping.catch((error: unknown) => error);
    await waitUntil(async () => {
      const killed = await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sifaka-issuer' and datname = current_database()",
      );
      return killed.length > 0;
    });

    expect(await seen).toMatchObject({ code: 'unavailable' });
    await waitUntil(() => database.query('select 1'));
    await admin.close();
  });
});
