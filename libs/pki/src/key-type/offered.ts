import type { KeyType } from './key-types.js';

/** Key types that the running OpenSSL really generates (tried once for each curve, then remembered). */
export function offeredKeyTypes(): readonly KeyType[] {
  throw new Error('not built');
}
