export { Platform, repositoryRoot, type PlatformOptions, type StopResult } from './platform.js';
export { Client, expectOk, type Answer, type Json } from './client.js';
export {
  certificateBody,
  createAuthority,
  createCertificate,
  createTwoTierPki,
  type AuthorityInput,
  type CertificateInput,
} from './certificates.js';
export { run, openssl, keytool, withFiles, type RunResult } from './programs.js';
export { startNginx, type Nginx } from './nginx.js';
export { findProgram } from './peers.js';
export { cpuSecondsOf, descendantsOf, isRunning, memoryBytesOf } from './process-tree.js';
export { freePort } from './free-port.js';
export { waitUntil } from './wait-until.js';
export { curlClient, gnutlsClient, javaClient, opensslClient, type TlsClient, type Verdict, type Visit } from './tls-clients.js';
