import type { PlatformConfig } from '@sifaka/config';
import { migrate, openDatabase, pendingMigrations, type Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import type { ServiceDefinition } from './define-service.js';
import { patiently } from './patience.js';

interface SchemaOptions {
  definition: ServiceDefinition;
  platform: PlatformConfig;
  logger: Logger;
  /** Migrate now, or wait until somebody else has. */
  migrate: boolean;
  signal?: AbortSignal | undefined;
}

/** Brings the schema of a service up to date. Waits for a database that is not there yet. */
export async function migrateSchema({ definition, platform, logger, signal }: Omit<SchemaOptions, 'migrate'>): Promise<string[]> {
  const options = { schema: definition.name, migrations: definition.migrations };
  const applied = await patiently({ what: 'the database', limitMs: platform.startLimitMs, logger, signal }, () =>
    migrate(platform.databaseUrl, options),
  );
  if (applied.length > 0) logger.info({ migrations: applied }, 'schema migrated');
  return applied;
}

/** Opens the service's database with a schema that fits this program. */
export async function openSchema(options: SchemaOptions): Promise<Database> {
  const { definition, platform, logger, signal } = options;
  if (options.migrate) await migrateSchema(options);
  const patience = { limitMs: platform.startLimitMs, logger, signal };
  const database = await patiently({ ...patience, what: 'the database' }, () =>
    openDatabase({
      service: definition.name,
      url: platform.databaseUrl,
      poolSize: platform.databasePoolSize,
      statementTimeoutMs: platform.databaseStatementTimeoutMs,
      entities: definition.entities,
      onIdleFault: (error) => logger.warn({ err: error }, 'an idle database connection broke'),
    }),
  );
  try {
    // The job that migrates may be running beside us: its end is waited for like the database itself.
    if (!options.migrate) await patiently({ ...patience, what: 'migrations' }, () => requireMigrated(database, definition));
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function requireMigrated(database: Database, definition: ServiceDefinition): Promise<void> {
  const pending = await pendingMigrations(database, { schema: definition.name, migrations: definition.migrations });
  if (pending.length === 0) return;
  throw new AppError(
    'unavailable',
    `schema "${definition.name}" lacks ${pending.length} migrations (${pending[0] ?? ''} first): run this program with "migrate"`,
    {
      reason: 'database.migrations_pending',
    },
  );
}
