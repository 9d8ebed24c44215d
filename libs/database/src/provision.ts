import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { isNativeError } from 'node:util/types';
import { AppError } from '@sifaka/kernel';
import { serviceNames, type ServiceName } from '@sifaka/contracts';
import pg from 'pg';
import { connectionError } from './open-database.js';
import { extensionSchema, jobSchema, roleName, searchPath } from './schema.js';

/**
 * Prepares a database for the platform: one role and two schemas (`<service>`, `<service>_jobs`) per service, the trigram
 * extension, and no rights for anyone else. Running it again changes nothing but the passwords.
 *
 * The roles belong to the whole Postgres server: two installations on one server need two servers or the same passwords.
 *
 * @param adminUrl a superuser, or the owner of the database with CREATEROLE.
 */
export async function provisionDatabase(adminUrl: string, passwords: Readonly<Record<ServiceName, string>>): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, application_name: 'sifaka-provision', connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw connectionError(error, adminUrl);
  }
  try {
    const statements = await statementsFor(client, passwords);
    await client.query(`begin;\nselect pg_advisory_xact_lock(hashtext('sifaka.provision'));\n${statements.join(';\n')};\ncommit`);
  } catch (error) {
    throw provisionError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function statementsFor(client: pg.Client, passwords: Readonly<Record<ServiceName, string>>): Promise<string[]> {
  const { rows } = await client.query<{ database: string; is_super: boolean }>(
    'select quote_ident(current_database()) as database, rolsuper as is_super from pg_roles where rolname = current_user',
  );
  const { database = '', is_super: isSuper = false } = rows[0] ?? {};
  const verifiers = await Promise.all(serviceNames.map((service) => scramVerifier(passwords[service])));
  return [
    `revoke all on database ${database} from public`,
    'revoke all on schema public from public',
    `create schema if not exists ${extensionSchema}`,
    `create extension if not exists pg_trgm with schema ${extensionSchema}`,
    ...serviceNames.flatMap((service, index) => serviceStatements(service, verifiers[index] ?? '', database, isSuper)),
  ];
}

function serviceStatements(service: ServiceName, verifier: string, database: string, isSuper: boolean): string[] {
  const role = roleName(service);
  const attributes = isSuper
    ? 'nosuperuser nocreatedb nocreaterole noinherit noreplication nobypassrls'
    : 'nocreatedb nocreaterole noinherit';
  return [
    `do $$ begin create role ${role}; exception when duplicate_object then null; end $$`,
    `alter role ${role} login ${attributes} password ${pg.escapeLiteral(verifier)}`,
    `alter role ${role} set search_path = ${searchPath(service)}`,
    // Only a superuser may hand schemas to a role it is no member of.
    ...(isSuper ? [] : [`grant ${role} to current_user`]),
    `grant connect, temporary on database ${database} to ${role}`,
    `grant usage on schema ${extensionSchema} to ${role}`,
    ...[service, jobSchema(service)].flatMap((schema) => [
      `create schema if not exists ${schema} authorization ${role}`,
      `alter schema ${schema} owner to ${role}`,
      `revoke all on schema ${schema} from public`,
    ]),
  ];
}

/**
 * The form in which Postgres stores a SCRAM-SHA-256 password (RFC 5803): sent instead of the password itself, so that no
 * server log ever holds it.
 */
async function scramVerifier(password: string): Promise<string> {
  const iterations = 4_096;
  const salt = randomBytes(16);
  const salted = await promisify(pbkdf2)(password, salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

function provisionError(error: unknown): unknown {
  const code: unknown = isNativeError(error) ? Reflect.get(error, 'code') : undefined;
  if (code !== '42501') return error;
  const why = isNativeError(error) ? error.message : '';
  return new AppError(
    'failed_precondition',
    `the database user may not prepare the database: ${why}. Give DATABASE_URL of a superuser, or of the database's owner with CREATEROLE.`,
    { reason: 'database.not_permitted', cause: error },
  );
}
