import { sign } from 'node:crypto';
import type { generateKeys, InputOf } from '@sifaka/contracts';
import { assembleCsr, describeKey, encodeCsrInfo, fromPkcs8Der, signatureAlgorithmFor } from '@sifaka/pki';
import type { KeyMaterial } from './key-material.js';

type CsrInput = NonNullable<InputOf<typeof generateKeys>['keys'][number]['csr']>;

/** PKCS#10 request for a new key, signed by it (RFC 2986). */
export function signRequest({ pkcs8, spki, privateKey }: KeyMaterial, { subjectDer, extensionsDer }: CsrInput): Buffer {
  const info = encodeCsrInfo({
    subjectDer: Buffer.from(subjectDer, 'base64'),
    spki,
    ...(extensionsDer !== null && { extensionsDer: Buffer.from(extensionsDer, 'base64') }),
  });
  const algorithm = signatureAlgorithmFor(describeKey(spki).type ?? '');
  return assembleCsr(info, algorithm, sign(algorithm.digest, info, privateKey ?? fromPkcs8Der(pkcs8)));
}
