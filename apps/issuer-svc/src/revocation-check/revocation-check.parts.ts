import { AskCa } from './ask-ca.js';
import { CheckRevocation } from './check-revocation.js';
import { CheckRevoked } from './check-revoked.js';
import { KeepVerdict } from './keep-verdict.js';
import { KnownIssuers } from './known-issuers.js';
import { OutsideChecker } from './outside-checker.js';
import { RevocationCheckHandlers } from './revocation-check.handlers.js';
import { RevocationCheckRepository } from './revocation-check.repository.js';

export const revocationCheckControllers = [RevocationCheckHandlers];

/** What CAs say of their certificates. */
export const revocationCheckProviders = [AskCa, CheckRevocation, CheckRevoked, KeepVerdict, KnownIssuers, OutsideChecker, RevocationCheckRepository];
