export { entryFingerprint, readBundleEntry, type BundleEntry } from './bundle-entry.js';
export { KvStore, type KvData } from './kv-store.js';
export { checkLogin, kvOptions, kvStoreOf, type KvOptions } from './lemur-options.js';
export { VaultSession, type VaultLogin, type VaultSettings } from './vault-session.js';
