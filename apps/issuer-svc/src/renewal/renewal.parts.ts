import { EndingCertificates } from './ending-certificates.js';
import { RenewalFilter } from './renewal-filter.js';
import { RenewalReader } from './renewal-reader.js';
import { RenewalStandings } from './renewal-standings.js';
import { EndingHandlers } from './renewal.handlers.js';

/** Renewal of certificates before they end. */
export const renewalControllers = [EndingHandlers];

export const renewalProviders = [EndingCertificates, RenewalFilter, RenewalReader, RenewalStandings];
