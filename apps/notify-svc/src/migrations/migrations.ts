import { platformTables } from '@sifaka/database';
import { notifications } from './0001-notifications.js';
import { deliveries } from './0002-deliveries.js';
import { targetPauses } from './0003-target-pauses.js';
import { owedMail } from './0004-owed-mail.js';

/** In order; each is applied once. Additions only: a release must run on the schema of the next. */
export const notifyMigrations = [...platformTables('notify'), notifications, deliveries, targetPauses, owedMail];
