import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate, openDatabase, type Database } from '@sifaka/database';
import { testDatabase, waitUntil, type TestDatabase } from '@sifaka/testing';
import pg from 'pg';
import { issuerMigrations } from '../migrations/migrations.js';
import { fillInventory } from './many-certificates.js';

const before = issuerMigrations.findIndex(({ name }) => name === '0012-renewal');
const count = 600;

let databases: TestDatabase;
let database: Database;
let busy: pg.Client;

beforeAll(async () => {
  databases = await testDatabase([{ name: 'issuer', migrations: issuerMigrations.slice(0, before) }]);
  database = await openDatabase({ service: 'issuer', url: databases.urlOf('issuer') });
  await fillInventory(database, count, new Date());
  busy = new pg.Client({ connectionString: databases.urlOf('issuer') });
  await busy.connect();
});
afterAll(async () => {
  await busy.end();
  await database.close();
  await databases.drop();
});

const migrating = () => migrate(databases.urlOf('issuer'), { schema: 'issuer', migrations: issuerMigrations });
const waiting = async () =>
  (await database.query(`select from pg_stat_activity where datname = current_database() and application_name = 'sifaka-migrate-issuer' and wait_event_type = 'Lock'`)).length > 0;

describe('the migration to renewals', () => {
  it('lets older replicas read and write while another transaction keeps it waiting, and misses nothing of what they do', async () => {
    await busy.query('begin');
    await busy.query('update certificate set rotation = true where id = 1');
    const migrated = migrating();
    await waitUntil(waiting, { timeoutMs: 30_000, what: 'the migration that waits' });
    // Behind a lock that waits for its turn nobody would come through before that has it.
    await database.query('set statement_timeout = 20000; update certificate set rotation = true where id = 2');
    expect(await database.query('select from certificate')).toHaveLength(count);
    await busy.query('commit');
    expect(await migrated).toContain('0012-renewal');
    expect(await database.query('select id from certificate where rotation and id not in (select certificate_id from certificate_renewal)')).toEqual([]);
    expect(await database.query('select certificate_id as id from certificate_renewal where certificate_id in (1, 2) order by 1')).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('makes what happens to a certificate later, and to its destinations, count as changes', async () => {
    const revision = async () => (await database.query<{ revision: number }>('select revision from certificate_renewal where certificate_id = 3'))[0]?.revision ?? 0;
    const changes = [
      "insert into certificate_attachment (certificate_id, kind, object_id, is_attached, changed_at) values (3, 'destination', 9999, true, now())",
      "update certificate_attachment set is_attached = false where certificate_id = 3 and object_id = 9999",
      "update certificate_attachment set is_attached = true where certificate_id = 3 and object_id = 9999",
      "delete from certificate_attachment where certificate_id = 3 and object_id = 9999",
    ];
    for (const change of changes) {
      const before = await revision();
      await database.query(change);
      expect(await revision()).toBeGreaterThan(before);
    }
    const last = await revision();
    await database.query("update certificate_attachment set changed_at = now() where certificate_id = 3; delete from certificate_attachment where certificate_id = 3 and kind <> 'destination'");
    expect(await revision()).toBe(last);
  });
});
