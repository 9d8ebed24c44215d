import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { assembleCertificate, encodeTbsCertificate } from '../../certificate/encode-certificate.js';
import { randomSerial } from '../../certificate/serial.js';
import { signatureAlgorithmFor } from '../../certificate/signature-algorithm.js';
import { keyIdentifier } from '../../key-type/public-key.js';
import { publicKeyOf } from '../../keys/private-key.js';
import { encodeName } from '../../name/name-codec.js';
import { subjectFrom } from '../../name/name.js';

export interface Path {
  privateKey: KeyObject;
  certificateDer: Buffer;
  /** Intermediate, root. */
  chainDer: [Buffer, Buffer];
}

export const keysOfEachType: readonly (readonly [string, KeyObject])[] = [
  ['RSA 2048', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey],
  ['P-384', generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey],
  ['Ed25519', generateKeyPairSync('ed25519').privateKey],
];

/** Leaf, intermediate and root, all signed for real. */
export function aPath(privateKey: KeyObject, commonName = 'www.example.test'): Path {
  const [root, intermediate] = [newCaKey(), newCaKey()];
  const rootDer = certify({ subject: 'Path Root', key: root, issuer: 'Path Root', issuerKey: root, isCa: true });
  const intermediateDer = certify({ subject: 'Path Issuing', key: intermediate, issuer: 'Path Root', issuerKey: root, isCa: true });
  const certificateDer = certify({ subject: commonName, key: privateKey, issuer: 'Path Issuing', issuerKey: intermediate, isCa: false });
  return { privateKey, certificateDer, chainDer: [intermediateDer, rootDer] };
}

const newCaKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;

function certify(input: { subject: string; key: KeyObject; issuer: string; issuerKey: KeyObject; isCa: boolean }): Buffer {
  const algorithm = signatureAlgorithmFor('ECCPRIME256V1');
  const spki = publicKeyOf(input.key);
  const tbs = encodeTbsCertificate({
    serial: randomSerial(randomBytes),
    signatureAlgorithm: algorithm,
    issuerDer: encodeName(subjectFrom({ commonName: input.issuer })),
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2036-01-01T00:00:00Z'),
    subjectDer: encodeName(subjectFrom({ commonName: input.subject })),
    spki,
    extensions: {
      basicConstraints: { isCa: input.isCa },
      subjectKeyId: keyIdentifier(spki),
      authorityKeyId: { keyId: keyIdentifier(publicKeyOf(input.issuerKey)) },
    },
  });
  return assembleCertificate(tbs, algorithm, sign('sha256', tbs, input.issuerKey));
}
