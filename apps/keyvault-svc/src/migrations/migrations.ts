import { vault } from './0001-vault.js';
import { furtherSignatures } from './0002-further-signatures.js';
import { stagedSigning } from './0003-staged-signing.js';

/** In order; each is applied once. Additions only: a release must run on the schema of the next. */
export const keyvaultMigrations = [vault, furtherSignatures, stagedSigning];
