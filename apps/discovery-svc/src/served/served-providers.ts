import { AskHosts } from './ask-hosts.js';
import { EndingCertificates } from './ending-certificates.js';
import { IdentifyServed } from './identify-served.js';
import { ServedRepository } from './served.repository.js';

/** What asks hosts about certificates that end soon. */
export const servedProviders = [AskHosts, EndingCertificates, IdentifyServed, ServedRepository];
