import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  migrate,
  openDatabase,
  pendingMigrations,
  platformTables,
  provisionDatabase,
  type Database,
  type Migration,
} from '@sifaka/database';
import { testDatabase, type TestDatabase } from '../index.js';

const first: Migration = { name: '0001-first', sql: 'create table first (id int)' };
const counted: Migration = {
  name: '0002-counted',
  sql: 'select pg_sleep(0.05); create table runs (at timestamptz); insert into runs values (now())',
};
const broken: Migration = { name: '0003-broken', sql: 'create table third (id int); select nothing from nowhere' };

let databases: TestDatabase;
let url: string;
let database: Database;
beforeEach(async () => {
  databases = await testDatabase();
  url = databases.urlOf('issuer');
  database = await openDatabase({ service: 'issuer', url, poolSize: 2 });
});
afterEach(async () => {
  await database.close();
  await databases.drop();
});

const run = (...migrations: Migration[]) => migrate(url, { schema: 'issuer', migrations });
const tables = async () => {
  const rows = await database.query<{ name: string }>("select tablename as name from pg_tables where schemaname = 'issuer' order by 1");
  return rows.map(({ name }) => name);
};

describe('migrating', () => {
  it('applies what is pending, in order, once', async () => {
    expect(await run(first)).toEqual(['0001-first']);
    expect(await run(first, counted)).toEqual(['0002-counted']);
    expect(await run(first, counted)).toEqual([]);
    expect(await tables()).toEqual(['first', 'runs', 'schema_migration']);
  });

  it('runs each migration once when two start together', async () => {
    const results = await Promise.all([run(first, counted), run(first, counted), run(first, counted)]);

    expect(results.flat().sort()).toEqual(['0001-first', '0002-counted']);
    expect(await database.query('select count(*) as count from runs')).toEqual([{ count: 1 }]);
  });

  it('rolls everything back when one of them breaks, and says which', async () => {
    await expect(run(first, counted, broken)).rejects.toMatchObject({
      code: 'failed_precondition',
      message: 'migration "0003-broken" of schema "issuer" failed and was rolled back: relation "nowhere" does not exist',
    });
    expect(await tables()).toEqual([]);
  });

  it('refuses a schema that is newer than the program', async () => {
    await run(first, counted);

    await expect(run(first)).rejects.toThrow(
      'schema "issuer" is newer than this program: it holds 0002-counted. Run the version that wrote it or a later one',
    );
    await expect(pendingMigrations(database, { schema: 'issuer', migrations: [first] })).rejects.toMatchObject({
      reason: 'database.schema_newer',
    });
  });

  it('refuses a migration that is not the one that was applied, but forgives another indentation', async () => {
    await run(first);

    await expect(run({ ...first, sql: 'create table first (id bigint)' })).rejects.toMatchObject({ reason: 'database.migration_changed' });
    await expect(run({ ...first, sql: '\n  create table first   (id int)\n' })).resolves.toEqual([]);
  });

  it('tells what is pending before anything was applied', async () => {
    expect(await pendingMigrations(database, { schema: 'issuer', migrations: [first, counted] })).toEqual(['0001-first', '0002-counted']);
  });

  it('leaves tables to the service when an administrator migrates', async () => {
    await migrate(databases.adminUrl, { schema: 'issuer', migrations: [first] });

    await expect(database.query('insert into first values (1)')).resolves.toEqual([]);
    expect(await database.query("select tableowner from pg_tables where tablename = 'first'")).toEqual([{ tableowner: 'sifaka_issuer' }]);
  });

  it('names a schema that was not provisioned', async () => {
    await expect(migrate(databases.adminUrl, { schema: 'elsewhere', migrations: [] })).rejects.toThrow(
      'database has no schema "elsewhere"',
    );
  });

  it.each(['Issuer', 'a b', "x'; drop table y --", ''])('refuses the schema name "%s"', async (schema) => {
    await expect(migrate(url, { schema, migrations: [] })).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('refuses a list that names one migration twice', async () => {
    await expect(run(first, first)).rejects.toThrow('migration "0001-first" is listed twice');
  });

  it('makes the tables of the platform', async () => {
    await run(...platformTables('issuer'));

    expect(await tables()).toEqual(['audit_entry', 'event_fault', 'inbox', 'job_status', 'outbox', 'schema_migration']);
  });
});

describe('provisioning', () => {
  const passwords = {
    gateway: 'test-gateway',
    issuer: 'test-issuer',
    keyvault: 'test-keyvault',
    acme: 'test-acme',
    discovery: 'test-discovery',
    deploy: 'test-deploy',
    notify: 'test-notify',
  };

  it('can be repeated without losing anything', async () => {
    await run(first);
    await database.query('insert into first values (1)');
    await provisionDatabase(databases.adminUrl, passwords);

    expect(await database.query('select id from first')).toEqual([{ id: 1 }]);
  });

  it('needs no superuser, only the owner of the database with the right to create roles', async () => {
    const admin = await openDatabase({ service: 'keyvault', url: databases.adminUrl, poolSize: 2 });
    const owner = `owner_${databases.name}`;
    const roles = Object.keys(passwords).map((service) => `sifaka_${service}`);
    await admin.query(`create role ${owner} login createrole createdb password 'owner'`);
    for (const role of roles) await admin.query(`grant ${role} to ${owner} with admin option`);
    await admin.query(`create database ${databases.name}_owned owner ${owner}`);
    const ownedUrl = databases.adminUrl.replace(/\/\/.*@/, `//${owner}:owner@`).replace(/\/[^/]*$/, `/${databases.name}_owned`);

    await provisionDatabase(ownedUrl, passwords);
    await expect(migrate(ownedUrl, { schema: 'issuer', migrations: [first] })).resolves.toEqual(['0001-first']);

    await admin.query(`drop database ${databases.name}_owned with (force)`);
    await admin.query(`drop role ${owner}`);
    await admin.close();
  });

  it('says what is missing to a user that may not do it', async () => {
    await expect(provisionDatabase(url, passwords)).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'database.not_permitted',
    });
  });
});
