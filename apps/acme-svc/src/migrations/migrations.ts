import { platformTables } from '@sifaka/database';
import { accounts } from './0001-accounts.js';
import { dnsProviders } from './0002-dns-providers.js';
import { orders } from './0003-orders.js';

/** In order; each is applied once. Additions only: a release must run on the schema of the next. */
export const acmeMigrations = [...platformTables('acme'), accounts, dnsProviders, orders];
