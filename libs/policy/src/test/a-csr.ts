import { generateKeyPairSync, sign } from 'node:crypto';
import { assembleCsr, encodeCsrExtensions, encodeCsrInfo, encodeName, nameOids, parseCsr, signatureAlgorithmFor, type CsrFacts, type Extensions } from '@sifaka/pki';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spki = publicKey.export({ format: 'der', type: 'spki' });

/** A signing request with these common names in its subject, signed by its key. */
export function aCsr(commonNames: readonly string[], extensions: Extensions = {}): CsrFacts {
  const subjectDer = encodeName(commonNames.map((value) => ({ oid: nameOids.commonName, value })));
  const info = encodeCsrInfo({ subjectDer, spki, extensionsDer: encodeCsrExtensions(extensions) });
  return parseCsr(assembleCsr(info, algorithm, sign('sha256', info, privateKey)));
}

const algorithm = signatureAlgorithmFor('ECCPRIME256V1');
