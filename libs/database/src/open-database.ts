import { isNativeError } from 'node:util/types';
import { AppError } from '@sifaka/kernel';
import pg from 'pg';
import { DataSource, type EntitySchema } from 'typeorm';
import { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { Database } from './database.js';
import { databaseError } from './pg-error.js';
import { PooledClient } from './pooled-client.js';
import { pgTypes } from './pg-types.js';
import { searchPath } from './schema.js';

/** A class with TypeORM's `@Entity`, or a schema object. */
export type Entity = EntitySchema | (abstract new (...args: never[]) => object);

export interface DatabaseOptions {
  /** Name of the service: its schema, and the `application_name` that Postgres shows. */
  service: string;
  url: string;
  /** Connections at most; 10 by default. */
  poolSize?: number;
  /** Postgres cancels a statement that takes longer; 15 s by default. */
  statementTimeoutMs?: number;
  entities?: readonly Entity[];
  /** Told of connections that break while they idle; queries report their own faults. */
  onIdleFault?: (error: unknown) => void;
}

// Longer than any local handshake, short enough that a request fails while its caller still waits.
const connectTimeoutMs = 5_000;
// A transaction that does nothing for so long holds locks for a caller that is gone.
const idleInTransactionTimeoutMs = 30_000;
const idleConnectionMs = 60_000;

/** Connects a service to its schema. Throws AppError unavailable (not there yet) or failed_precondition (refused). */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.service,
    entities: [...(options.entities ?? [])],
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: connectTimeoutMs,
    applicationName: `sifaka-${options.service}`,
    installExtensions: false,
    poolErrorHandler: options.onIdleFault ?? (() => undefined),
    extra: {
      Client: PooledClient,
      types: pgTypes,
      // Whatever the server is set to: days begin and end in UTC.
      options: `-c search_path=${searchPath(options.service)} -c timezone=UTC`,
      statement_timeout: options.statementTimeoutMs ?? 15_000,
      idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
      idleTimeoutMillis: idleConnectionMs,
      keepAlive: true,
    },
  });
  try {
    await dataSource.initialize();
  } catch (error) {
    throw connectionError(error, options.url);
  }
  const pool: unknown = dataSource.driver instanceof PostgresDriver ? dataSource.driver.master : undefined;
  if (!(pool instanceof pg.Pool)) throw new AppError('internal', 'TypeORM did not open a node-postgres pool');
  return new Database(options.service, dataSource, pool);
}

/** The fault of a first connection in words for whoever operates it: where, as whom, why, what to do. */
export function connectionError(error: unknown, url: string): unknown {
  const known = databaseError(error);
  const target = describeUrl(url);
  const why = isNativeError(error) && error.message !== '' ? error.message : codeOf(error);
  if (known instanceof AppError) {
    return new AppError('unavailable', `Postgres at ${target} cannot be reached: ${why}. Start it, or correct DATABASE_URL.`, {
      reason: 'database.unreachable',
      cause: error,
    });
  }
  const code = codeOf(error);
  if (code.startsWith('28') || code.startsWith('3D') || code === '42501') {
    return new AppError(
      'failed_precondition',
      `Postgres at ${target} refuses the connection: ${why}. Correct user, password and database in DATABASE_URL.`,
      {
        reason: 'database.refused',
        cause: error,
      },
    );
  }
  return error;
}

/** `user@host:port/database`, without the password. */
function describeUrl(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL';
  const { username, hostname, port, pathname } = new URL(url);
  return `${decodeURIComponent(username) || 'postgres'}@${hostname || 'localhost'}:${port || '5432'}${pathname}`;
}

function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'unknown fault';
}
