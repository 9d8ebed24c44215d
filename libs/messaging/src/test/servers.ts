import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { serviceNames, type ServiceName } from '@sifaka/contracts';
import { testEnvironment } from '@sifaka/config';
import { migrate, platformTables, provisionDatabase, roleName } from '@sifaka/database';
import pg from 'pg';
import { z } from 'zod';

// The testing library stands above this one and cannot be used here.

const Environment = z.object({
  SIFAKA_TEST_DATABASE_URL: z.string(),
  SIFAKA_TEST_NATS_SERVER: z.string(),
  SIFAKA_TEST_DATA_DIR: z.string(),
});

/** What the set-up of the test run started. */
export function servers() {
  const env = Environment.parse(testEnvironment());
  return { databaseUrl: env.SIFAKA_TEST_DATABASE_URL, natsServer: env.SIFAKA_TEST_NATS_SERVER, dataDir: env.SIFAKA_TEST_DATA_DIR };
}

export interface TestDatabase {
  urlOf(service: ServiceName): string;
  drop(): Promise<void>;
}

/** A fresh database with the platform's tables in the schemas of these services. */
export async function testDatabase(services: readonly ServiceName[]): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(`create database ${name}`);
  const adminUrl = urlOf(name);
  // Roles belong to the whole server: the passwords are those of every test of the run.
  await provisionDatabase(
    adminUrl,
    Object.assign({ ...noPasswords }, Object.fromEntries(serviceNames.map((service) => [service, `test-${service}`]))),
  );
  for (const service of services) await migrate(adminUrl, { schema: service, migrations: platformTables(service) });
  return {
    urlOf: (service) => urlOf(name, service),
    drop: () => administer(`drop database if exists ${name} with (force)`),
  };
}

const noPasswords = { gateway: '', issuer: '', keyvault: '', acme: '', discovery: '', deploy: '', notify: '' };

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Waits until a condition gives something; a throw counts as "not yet". */
export async function waitUntil<T>(condition: () => T | Promise<T>, { timeoutMs = 10_000 } = {}): Promise<NonNullable<T>> {
  for (const endAt = performance.now() + timeoutMs; performance.now() < endAt;) {
    const value = await Promise.resolve(condition()).catch(() => undefined);
    if (value !== undefined && value !== null && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited ${timeoutMs} ms in vain for: ${condition.toString()}`);
}

function urlOf(database: string, service?: ServiceName): string {
  const url = new URL(servers().databaseUrl);
  url.pathname = `/${database}`;
  if (service !== undefined) {
    url.username = roleName(service);
    url.password = `test-${service}`;
  }
  return url.href;
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: servers().databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
