export { Database, type TransactionOptions } from './database.js';
export { DatabaseModule } from './database.module.js';
export { openDatabase, connectionError, type DatabaseOptions, type Entity } from './open-database.js';
export { migrate, pendingMigrations, type Migration, type MigrationOptions } from './migrate.js';
export { platformTables } from './platform-tables.js';
export { provisionDatabase } from './provision.js';
export { databaseError, uniqueViolation } from './pg-error.js';
export { jobSchema, roleName } from './schema.js';
export type { NamedStatement, Sql } from './sql.js';
