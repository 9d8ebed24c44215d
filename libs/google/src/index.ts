export { GoogleSession, googleWords, type GoogleSettings } from './google-session.js';
export { serviceAccountKey, serviceAccountKeyFault, type ServiceAccountKey } from './service-account-key.js';
export { ServiceAccountToken } from './service-account-token.js';
