import { randomBytes, sign, type KeyObject } from 'node:crypto';
import {
  assembleCertificate,
  encodeName,
  encodeTbsCertificate,
  keyIdentifier,
  publicKeyOf,
  randomSerial,
  signatureAlgorithmFor,
  subjectFrom,
  toPkcs8Der,
  type Extensions,
} from '@sifaka/pki';
import type { ExportInput } from '../kinds/exporter.js';
import { generateTestKey } from './test-context.js';

export interface TestPath extends ExportInput {
  certificateDer: Buffer;
  /** Intermediate, root. */
  chainDer: Buffer[];
  privateKeyPkcs8Der: Buffer;
  commonName: string;
  privateKey: KeyObject;
}

export const testNames = ['www.example.test', 'api.example.test'];

/** A leaf with two DNS names, its intermediate and its root, signed for real. */
export function testPath(keyType: string): TestPath {
  const [root, intermediate, privateKey] = [generateTestKey('ECCPRIME256V1'), generateTestKey('ECCPRIME256V1'), generateTestKey(keyType)];
  const ca = { basicConstraints: { isCa: true }, keyUsage: ['keyCertSign', 'crlSign'] } as const;
  const leaf = { extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'], subjectAltNames: testNames.map((value) => ({ type: 'dns', value }) as const) };
  const rootDer = certify({ subject: 'Conformance Root', key: root, issuer: 'Conformance Root', issuerKey: root, extensions: ca });
  const intermediateDer = certify({ subject: 'Conformance Issuing', key: intermediate, issuer: 'Conformance Root', issuerKey: root, extensions: ca });
  const certificateDer = certify({ subject: 'www.example.test', key: privateKey, issuer: 'Conformance Issuing', issuerKey: intermediate, extensions: leaf });
  return { certificateDer, chainDer: [intermediateDer, rootDer], privateKeyPkcs8Der: toPkcs8Der(privateKey), csrDer: null, commonName: 'www.example.test', privateKey };
}

interface Certified {
  subject: string;
  key: KeyObject;
  issuer: string;
  issuerKey: KeyObject;
  extensions: Extensions;
}

function certify({ subject, key, issuer, issuerKey, extensions }: Certified): Buffer {
  const algorithm = signatureAlgorithmFor('ECCPRIME256V1');
  const spki = publicKeyOf(key);
  const tbs = encodeTbsCertificate({
    serial: randomSerial(randomBytes),
    signatureAlgorithm: algorithm,
    issuerDer: encodeName(subjectFrom({ commonName: issuer })),
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2036-01-01T00:00:00Z'),
    subjectDer: encodeName(subjectFrom({ commonName: subject })),
    spki,
    extensions: { ...extensions, subjectKeyId: keyIdentifier(spki), authorityKeyId: { keyId: keyIdentifier(publicKeyOf(issuerKey)) } },
  });
  return assembleCertificate(tbs, algorithm, sign('sha256', tbs, issuerKey));
}
