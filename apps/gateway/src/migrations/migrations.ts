import { platformTables, type Migration } from '@sifaka/database';
import { auditTables } from './audit.js';
import { idempotencyTables } from './idempotency.js';
import { identityTables } from './identity.js';
import { passwordChange } from './password-change.js';

/** The schema of the gateway, in the order in which it grew. */
export const gatewayMigrations: readonly Migration[] = [
  ...platformTables('gateway'),
  { name: '0001-identity', sql: identityTables },
  { name: '0002-idempotency', sql: idempotencyTables },
  { name: '0003-audit', sql: auditTables },
  { name: '0004-password-change', sql: passwordChange },
];
