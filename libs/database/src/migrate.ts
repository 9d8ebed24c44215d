import { createHash } from 'node:crypto';
import { isNativeError } from 'node:util/types';
import { AppError } from '@sifaka/kernel';
import pg from 'pg';
import { connectionError } from './open-database.js';
import { checkedSchema, searchPath } from './schema.js';
import type { Sql } from './sql.js';

/** One step of a schema. Raw SQL that only adds (expand); what it replaces is removed by a later release (contract). */
export interface Migration {
  /** `0001-certificates`: unique within the service, never renamed. */
  readonly name: string;
  /** Never edited after release; unqualified names land in the service's schema. */
  readonly sql: string;
}

export interface MigrationOptions {
  schema: string;
  migrations: readonly Migration[];
  /** Longest wait for another migrator of the same schema; five minutes by default. */
  lockTimeoutMs?: number;
}

/**
 * Brings a schema up to date: all pending migrations in one transaction, under an advisory lock, in the order of the list.
 *
 * @returns the names that were applied now.
 * @throws AppError failed_precondition when the schema holds migrations this program does not know, or one of them differs.
 */
export async function migrate(url: string, options: MigrationOptions): Promise<string[]> {
  const schema = checkedSchema(options.schema);
  refuseDuplicates(options.migrations);
  const client = new pg.Client({
    connectionString: url,
    application_name: `sifaka-migrate-${schema}`,
    connectionTimeoutMillis: 5_000,
    options: `-c search_path=${searchPath(schema)} -c statement_timeout=0 -c lock_timeout=${options.lockTimeoutMs ?? 300_000}`,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw connectionError(error, url);
  }
  try {
    return await inTransaction(client, () => apply(client, schema, options.migrations));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What `/readyz` asks: the names that wait to be applied. Throws like {@link migrate} when the schema is newer. */
export async function pendingMigrations(sql: Sql, options: MigrationOptions): Promise<string[]> {
  const applied = new Map<string, string>();
  if (await tableExists(sql, options.schema)) {
    const rows = await sql.query<AppliedRow>(`select name, checksum from ${checkedSchema(options.schema)}.schema_migration`);
    for (const row of rows) applied.set(row.name, row.checksum);
  }
  return pendingOf(options.schema, options.migrations, applied).map((migration) => migration.name);
}

interface AppliedRow {
  name: string;
  checksum: string;
}

async function tableExists(sql: Sql, schema: string): Promise<boolean> {
  const rows = await sql.query<{ present: boolean }>('select to_regclass($1) is not null as present', [`${schema}.schema_migration`]);
  return rows[0]?.present ?? false;
}

async function apply(client: pg.Client, schema: string, migrations: readonly Migration[]): Promise<string[]> {
  await client.query('select pg_advisory_xact_lock(hashtext($1), hashtext($2))', ['sifaka.migrate', schema]);
  await actAsOwner(client, schema);
  await client.query(
    `create table if not exists ${schema}.schema_migration (
       name text primary key, checksum text not null, position int not null, applied_at timestamptz not null default now())`,
  );
  const { rows } = await client.query<AppliedRow>(`select name, checksum from ${schema}.schema_migration`);
  const pending = pendingOf(schema, migrations, new Map(rows.map((row) => [row.name, row.checksum])));

  for (const migration of pending) {
    await applyOne(client, schema, migration);
    await client.query(`insert into ${schema}.schema_migration (name, checksum, position) values ($1, $2, $3)`, [
      migration.name,
      checksumOf(migration),
      migrations.indexOf(migration),
    ]);
  }
  return pending.map((migration) => migration.name);
}

async function applyOne(client: pg.Client, schema: string, migration: Migration): Promise<void> {
  try {
    await client.query(migration.sql);
  } catch (error) {
    const why = isNativeError(error) ? error.message : 'unknown fault';
    throw new AppError('failed_precondition', `migration "${migration.name}" of schema "${schema}" failed and was rolled back: ${why}`, {
      reason: 'database.migration_failed',
      cause: error,
    });
  }
}

function pendingOf(schema: string, migrations: readonly Migration[], applied: ReadonlyMap<string, string>): Migration[] {
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = [...applied.keys()].filter((name) => !known.has(name)).sort();
  if (unknown.length > 0) {
    const names = unknown.slice(0, 5).join(', ');
    throw new AppError(
      'failed_precondition',
      `schema "${schema}" is newer than this program: it holds ${names}. Run the version that wrote it or a later one, or restore a backup made before.`,
      { reason: 'database.schema_newer' },
    );
  }
  const changed = migrations.find((migration) => applied.has(migration.name) && applied.get(migration.name) !== checksumOf(migration));
  if (changed !== undefined) {
    throw new AppError(
      'failed_precondition',
      `migration "${changed.name}" of schema "${schema}" is not the one that was applied: run a released version`,
      {
        reason: 'database.migration_changed',
      },
    );
  }
  return migrations.filter((migration) => !applied.has(migration.name));
}

/** Tables belong to the service even when an administrator migrates. */
async function actAsOwner(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ owner: string; is_owner: boolean }>(
    'select quote_ident(nspowner::regrole::text) as owner, nspowner = current_user::regrole as is_owner from pg_namespace where nspname = $1',
    [schema],
  );
  const found = rows[0];
  if (found === undefined) {
    throw new AppError('failed_precondition', `database has no schema "${schema}": provision it first`, {
      reason: 'database.not_provisioned',
    });
  }
  if (!found.is_owner) await client.query(`set local role ${found.owner}`);
}

async function inTransaction<T>(client: pg.Client, fn: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    const result = await fn();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

function refuseDuplicates(migrations: readonly Migration[]): void {
  const names = migrations.map((migration) => migration.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new AppError('invalid_argument', `migration "${twice}" is listed twice`);
}

/** Indentation may change with a formatter; meaning may not. */
function checksumOf(migration: Migration): string {
  return createHash('sha256').update(migration.sql.replace(/\s+/g, ' ').trim()).digest('hex').slice(0, 32);
}
