import { platformTables } from '@sifaka/database';
import { orders } from './0003-orders.js';

/** In order; each is applied once. Additions only: a release must run on the schema of the next. */
export const acmeMigrations = [...platformTables('acme'), orders];
