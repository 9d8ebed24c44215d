import { createHash, randomBytes } from 'node:crypto';
import type { ServiceName } from '@sifaka/contracts';
import { migrate, provisionDatabase, roleName, type Migration } from '@sifaka/database';
import pg from 'pg';
import { testServers } from './servers.js';

interface Schema {
  name: ServiceName;
  migrations: readonly Migration[];
}

export interface TestDatabase {
  readonly name: string;
  /** With the rights of everything. */
  readonly adminUrl: string;
  /** As one service sees it. */
  urlOf(service: ServiceName): string;
  drop(): Promise<void>;
}

/** A fresh database with the schemas of these services, copied from a template that is migrated once per run. */
export async function testDatabase(schemas: readonly Schema[] = []): Promise<TestDatabase> {
  const { databaseUrl } = testServers();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withClient(databaseUrl, async (client) => {
    // Creating a template, and copying it, must not happen at the same time, in this process or in another worker.
    await client.query(`select pg_advisory_lock(hashtext('sifaka.test.template'))`);
    const template = await ensureTemplate(client, databaseUrl, schemas);
    await client.query(`create database ${name} template ${template}`);
  });
  const urlOf = (service: ServiceName) => withDatabase(databaseUrl, name, { user: roleName(service), password: testPassword(service) });
  return {
    name,
    adminUrl: withDatabase(databaseUrl, name),
    urlOf,
    drop: () => withClient(databaseUrl, (client) => client.query(`drop database if exists ${name} with (force)`)).then(() => undefined),
  };
}

async function ensureTemplate(client: pg.Client, databaseUrl: string, schemas: readonly Schema[]): Promise<string> {
  const template = `template_${fingerprint(schemas)}`;
  const { rowCount } = await client.query('select from pg_database where datname = $1', [template]);
  if (rowCount !== 0) return template;
  const draft = `${template}_draft`;
  await client.query(`drop database if exists ${draft} with (force)`);
  await client.query(`create database ${draft}`);
  const url = withDatabase(databaseUrl, draft);
  await provisionDatabase(url, testPasswords());
  for (const { name, migrations } of schemas) await migrate(url, { schema: name, migrations });
  await client.query(`alter database ${draft} rename to ${template}`);
  return template;
}

function fingerprint(schemas: readonly Schema[]): string {
  const parts = schemas.map(({ name, migrations }) => [name, migrations.map((migration) => [migration.name, migration.sql])]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** Every role's password, the same for all tests of a run: roles belong to the whole server. */
export function testPassword(user: string): string {
  return `test-${user}`;
}

function testPasswords(): Record<ServiceName, string> {
  const password = (service: ServiceName) => testPassword(service);
  return {
    gateway: password('gateway'),
    issuer: password('issuer'),
    keyvault: password('keyvault'),
    acme: password('acme'),
    discovery: password('discovery'),
    deploy: password('deploy'),
    notify: password('notify'),
  };
}

function withDatabase(url: string, database: string, login?: { user: string; password: string }): string {
  const result = new URL(url);
  result.pathname = `/${database}`;
  if (login !== undefined) {
    result.username = login.user;
    result.password = login.password;
  }
  return result.href;
}

async function withClient<T>(url: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await fn(client);
  } finally {
    await client.end();
  }
}
