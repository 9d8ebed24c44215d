import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { assembleCertificate, certificateTemplate, encodeName, parseCertificate, randomSerial, signatureAlgorithmFor, subjectFrom } from '@sifaka/pki';

export interface LeafOptions {
  commonName?: string;
  names?: string[];
  notBefore?: Date;
  notAfter?: Date;
}

/** A CA somewhere, whose certificates lie about. All leaves have one key. */
export function someCa(name = 'Found') {
  const algorithm = signatureAlgorithmFor('ECCPRIME256V1', 'sha256');
  const aKey = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const [root, leaf] = [aKey(), aKey()];
  const spki = (keys: typeof root) => keys.publicKey.export({ type: 'spki', format: 'der' });
  const nameOf = (commonName: string) => encodeName(subjectFrom({ commonName, organization: 'Found Ltd' }));
  const rootName = nameOf(`${name} Root`);
  const asCa = certificateTemplate({ issuerDer: rootName, signatureAlgorithm: algorithm, extensions: { basicConstraints: { isCa: true } } });
  const asLeaf = certificateTemplate({ issuerDer: rootName, signatureAlgorithm: algorithm, extensions: { basicConstraints: { isCa: false }, extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] } });
  const signed = (tbs: Buffer) => assembleCertificate(tbs, algorithm, sign('sha256', tbs, root.privateKey));
  let count = 0;
  return {
    rootDer: signed(asCa.encode({ serial: 1n, notBefore: new Date('2025-01-01'), notAfter: new Date('2045-01-01'), subjectDer: rootName, spki: spki(root) })),
    /** Another CA's root as this CA certifies it. */
    crossSigned(rootDer: Uint8Array, notAfter = new Date('2045-01-01')): Buffer {
      const { subjectDer, spki: otherKey } = parseCertificate(rootDer);
      return signed(asCa.encode({ serial: randomSerial(randomBytes), notBefore: new Date('2025-01-01'), notAfter, subjectDer, spki: otherKey }));
    },
    leafKeyPem: leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    leaf({ commonName = `host-${(count += 1)}.found.test`, names = [commonName], notBefore = new Date('2026-01-01'), notAfter = new Date('2036-01-01') }: LeafOptions = {}): Buffer {
      const sans = names.map((value) => ({ type: 'dns' as const, value }));
      return signed(asLeaf.encode({ serial: randomSerial(randomBytes), notBefore, notAfter, subjectDer: nameOf(commonName), spki: spki(leaf), sans }));
    },
  };
}
