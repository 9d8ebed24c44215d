import { platformTables } from '@sifaka/database';
import { sources } from './0001-sources.js';
import { endpoints } from './0002-endpoints.js';
import { storedNames } from './0003-stored-names.js';
import { retelling } from './0004-retelling.js';
import { settledSightings } from './0005-settled-sightings.js';
import { servedCertificates } from './0006-served-certificates.js';

/** In order; each is applied once. Additions only: a release must run on the schema of the next. */
export const discoveryMigrations = [...platformTables('discovery'), sources, endpoints, storedNames, retelling, settledSightings, servedCertificates];
