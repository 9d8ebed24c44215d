export { within } from './within.js';
export type { RevocationStep } from './answer.js';
export { defaultLimits, type CheckLimits } from './check-limits.js';
export { HostManners, type Manners } from './host-manners.js';
export { RevocationChecker, type AskedFor, type CheckTerms, type RevocationCheckerOptions, type RevocationVerdict } from './revocation-checker.js';
export { issuerFault } from './issuer-certificates.js';
