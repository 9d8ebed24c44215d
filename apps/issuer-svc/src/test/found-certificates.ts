import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { ingestCertificates, RequestOf } from '@sifaka/contracts';
import { assembleCertificate, certificateTemplate, encodeName, randomSerial, signatureAlgorithmFor, subjectFrom } from '@sifaka/pki';

export type Ingest = RequestOf<typeof ingestCertificates>;
export type Found = Ingest['certificates'][number];

export interface FoundOptions {
  commonName?: string;
  names?: string[];
  notBefore?: Date;
  notAfter?: Date;
}

/** A CA somewhere, whose certificates lie about. */
export interface SomeCa {
  rootDer: Buffer;
  issuingDer: Buffer;
  certificate(options?: FoundOptions): Buffer;
}

export function someCa(name = 'Found'): SomeCa {
  const algorithm = signatureAlgorithmFor('ECCPRIME256V1', 'sha256');
  const [root, issuing, leaf] = [1, 2, 3].map(() => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
  if (root === undefined || issuing === undefined || leaf === undefined) throw new Error('there are three keys');
  const spki = (keys: typeof root) => keys.publicKey.export({ type: 'spki', format: 'der' });
  const nameOf = (commonName: string) => encodeName(subjectFrom({ commonName, organization: 'Found Ltd' }));
  const [rootName, issuingName] = [nameOf(`${name} Root`), nameOf(`${name} Issuing`)];
  const ca = { basicConstraints: { isCa: true } } as const;
  const validity = { notBefore: new Date('2025-01-01'), notAfter: new Date('2045-01-01') };
  const below = certificateTemplate({ issuerDer: rootName, signatureAlgorithm: algorithm, extensions: ca });
  const last = certificateTemplate({ issuerDer: issuingName, signatureAlgorithm: algorithm, extensions: { basicConstraints: { isCa: false }, extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] } });
  const signed = (tbs: Buffer, keys: typeof root) => assembleCertificate(tbs, algorithm, sign('sha256', tbs, keys.privateKey));
  let count = 0;
  return {
    rootDer: signed(below.encode({ serial: 1n, ...validity, subjectDer: rootName, spki: spki(root) }), root),
    issuingDer: signed(below.encode({ serial: 2n, ...validity, subjectDer: issuingName, spki: spki(issuing) }), root),
    certificate({ commonName = `host-${(count += 1)}.found.test`, names = [commonName], notBefore = new Date('2026-01-01'), notAfter = new Date('2027-01-01') } = {}) {
      const sans = names.map((value) => ({ type: 'dns' as const, value }));
      return signed(last.encode({ serial: randomSerial(randomBytes), notBefore, notAfter, subjectDer: nameOf(commonName), spki: spki(leaf), sans }), issuing);
    },
  };
}

export const found = (der: Uint8Array, parts: Partial<Found> = {}): Found => ({
  certificateDer: Buffer.from(der).toString('base64'),
  chainDer: [],
  name: null,
  externalId: null,
  owner: null,
  description: null,
  ...parts,
});

export const anIngest = (certificates: Found[], parts: Partial<Ingest> = {}): Ingest => ({
  source: { id: 7, label: 'a source' },
  owner: 'platform@corp.test',
  ownerRoleId: 30,
  certificates,
  ...parts,
});
