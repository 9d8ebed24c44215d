import { inSpan, isTracing } from '@sifaka/observability';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { databaseError, isSerializationFault } from './pg-error.js';
import { queryMetrics } from './query-metrics.js';
import type { NamedStatement, Sql } from './sql.js';

export interface TransactionOptions {
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
  /** How often the whole function runs again after a serialization failure or deadlock; 0 by default. */
  retries?: number;
}

/**
 * The schema of one service: SQL on the fast path, and TypeORM for ordinary entities, over one pool.
 *
 * Faults of the database arrive as AppError (`unavailable`, `conflict`, `invalid_argument`), broken constraints as the
 * driver's error: see `uniqueViolation`.
 */
export class Database implements Sql {
  constructor(
    readonly service: string,
    readonly dataSource: DataSource,
    /** For libraries that bring their own SQL; everything else uses `query`. */
    readonly pool: pg.Pool,
  ) {}

  query<R = Record<string, unknown>>(statement: string | NamedStatement, params: readonly unknown[] = []): Promise<R[]> {
    return run(this.service, this.pool, statement, params);
  }

  /** Runs `fn` in one transaction: what it throws rolls everything back. */
  async transaction<T>(fn: (tx: Sql) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    for (let left = options.retries ?? 0; ; left--) {
      try {
        return await this.attempt(fn, options.isolation);
      } catch (error) {
        if (left <= 0 || !isSerializationFault(error)) throw error;
      }
    }
  }

  /** One round trip; throws AppError unavailable when the database cannot be reached. */
  async ping(): Promise<void> {
    await this.query('select 1');
  }

  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async attempt<T>(fn: (tx: Sql) => Promise<T>, isolation: TransactionOptions['isolation']): Promise<T> {
    const client = await connect(this.pool);
    const tx: Sql = { query: (statement, params = []) => run(this.service, client, statement, params) };
    const connection = { isBroken: false };
    // Between two statements nobody else hears that the server ended the connection: unheard, it would end the process.
    const onBreak = () => void (connection.isBroken = true);
    client.on('error', onBreak);
    try {
      await tx.query(isolation === undefined ? 'begin' : `begin isolation level ${isolation}`);
      const result = await fn(tx);
      await tx.query('commit');
      return result;
    } catch (error) {
      // A connection that cannot even roll back is not given back to the pool.
      await client.query('rollback').catch(onBreak);
      throw error;
    } finally {
      client.release(connection.isBroken);
      if (!connection.isBroken) client.off('error', onBreak);
    }
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw databaseError(error);
  }
}

interface Runner {
  query(config: { name?: string; text: string; values: unknown[] }): Promise<{ rows: unknown }>;
}

function run<R>(service: string, runner: Runner, statement: string | NamedStatement, params: readonly unknown[]): Promise<R[]> {
  if (!isTracing()) return execute<R>(service, runner, statement, params);
  const name = typeof statement === 'string' ? verb(statement) : statement.name;
  const attributes = {
    'db.system.name': 'postgresql',
    'db.namespace': service,
    'db.query.text': typeof statement === 'string' ? statement : statement.text,
  };
  return inSpan(`sql ${name}`, { kind: 'client', attributes }, () => execute<R>(service, runner, statement, params));
}

async function execute<R>(service: string, runner: Runner, statement: string | NamedStatement, params: readonly unknown[]): Promise<R[]> {
  const config =
    typeof statement === 'string'
      ? { text: statement, values: [...params] }
      : { name: statement.name, text: statement.text, values: [...(statement.values ?? params)] };
  const startedAt = performance.now();
  try {
    const result = await runner.query(config);
    return rows<R>(result.rows);
  } catch (error) {
    queryMetrics.faults.add(1, { service });
    throw databaseError(error);
  } finally {
    const label = typeof statement === 'string' ? verb(statement) : statement.name;
    queryMetrics.seconds.record((performance.now() - startedAt) / 1e3, { service, statement: label });
  }
}

/** The driver does not know the shape of a row; the repository that wrote the SQL does. */
function rows<R>(value: unknown): R[];
function rows(value: unknown): unknown {
  return value;
}

/** First word of an unnamed statement: a label with few values, whatever the text. */
function verb(text: string): string {
  return /^\s*([a-z]{1,12})\b/i.exec(text)?.[1]?.toLowerCase() ?? 'sql';
}
