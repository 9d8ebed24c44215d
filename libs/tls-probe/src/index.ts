export { probeTls, type PresentedTls, type ProbeOptions } from './probe-tls.js';
export type { KeyProof } from './key-proof.js';
export { tlsVersions, type TlsVersion } from './tls-versions.js';
export type { Connect } from './wire.js';
export { probeLimits } from './probe-limits.js';
export { surveyTls, type SurveyOptions, type TlsSurvey } from './survey-tls.js';
