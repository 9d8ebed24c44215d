import type { KeyUsageName } from './extensions.js';

/** Flags of the REST `keyUsage` object, in the order of the bits. */
export const keyUsageFlags: readonly (readonly [flag: string, name: KeyUsageName])[] = [
  ['useDigitalSignature', 'digitalSignature'],
  ['useNonRepudiation', 'nonRepudiation'],
  ['useKeyEncipherment', 'keyEncipherment'],
  ['useDataEncipherment', 'dataEncipherment'],
  ['useKeyAgreement', 'keyAgreement'],
  ['useKeyCertSign', 'keyCertSign'],
  ['useCRLSign', 'crlSign'],
  ['useEncipherOnly', 'encipherOnly'],
  ['useDecipherOnly', 'decipherOnly'],
];
