import { vault } from './0001-vault.js';

/** In order; each is applied once. Additions only: a release must run on the schema of the next. */
export const keyvaultMigrations = [vault];
