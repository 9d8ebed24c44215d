import { platformTables } from '@sifaka/database';
import { destinations } from './0001-destinations.js';
import { deployments } from './0002-deployments.js';
import { rotations } from './0003-rotations.js';
import { lastSightings } from './0004-last-sightings.js';
import { deploymentPlaces } from './0005-deployment-places.js';
import { destinationDeletions } from './0006-destination-deletions.js';
import { deploymentsBeside } from './0007-deployments-beside.js';
import { blockedDeployments } from './0008-blocked-deployments.js';
import { replacements } from './0009-replacements.js';
import { crlPlaces } from './0010-crl-places.js';

/** In order; each is applied once. Additions only: a release must run on the schema of the next. */
export const deployMigrations = [...platformTables('deploy'), destinations, deployments, rotations, lastSightings, deploymentPlaces, destinationDeletions, deploymentsBeside, blockedDeployments, replacements, crlPlaces];
