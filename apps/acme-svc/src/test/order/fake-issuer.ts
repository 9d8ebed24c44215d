import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import {
  asCaRequest,
  assembleCertificate,
  assembleCsr,
  encodeCsrExtensions,
  encodeCsrInfo,
  encodeName,
  encodeTbsCertificate,
  parseCertificate,
  parseCsr,
  randomSerial,
  resolveExtensions,
  signatureAlgorithmFor,
  subjectFrom,
  type CertificateFacts,
} from '@sifaka/pki';

/** A CA that signs whatever it is given. */
export interface FakeIssuer {
  readonly certificate: CertificateFacts;
  sign(subject: { commonName: string; spki: Buffer; isCa?: boolean }): Buffer;
}

export function fakeIssuer(commonName: string): FakeIssuer {
  const { privateKey, spki } = newKey();
  const subjectDer = encodeName(subjectFrom({ commonName }));
  const make = (subject: { der: Buffer; spki: Buffer; isCa: boolean }, issuer: CertificateFacts | null): Buffer => {
    const signatureAlgorithm = signatureAlgorithmFor('ECCPRIME256V1');
    const identity = issuer === null ? null : { subjectKeyId: issuer.subjectKeyId ?? Buffer.alloc(20), issuerNameDer: issuer.issuerDer, serial: issuer.serial };
    const tbs = encodeTbsCertificate({
      serial: randomSerial(randomBytes),
      signatureAlgorithm,
      issuerDer: subjectDer,
      notBefore: new Date(Date.now() - 3_600_000),
      notAfter: new Date(Date.now() + 90 * 86_400_000),
      subjectDer: subject.der,
      spki: subject.spki,
      extensions: resolveExtensions(subject.isCa ? asCaRequest({}) : { authorityKeyId: 'key_id' }, subject.spki, identity),
    });
    return assembleCertificate(tbs, signatureAlgorithm, sign(signatureAlgorithm.digest, tbs, privateKey));
  };
  const certificate = parseCertificate(make({ der: subjectDer, spki, isCa: true }, null));
  return {
    certificate,
    sign: ({ commonName: name, spki: key, isCa = false }) => make({ der: encodeName(subjectFrom({ commonName: name })), spki: key, isCa }, certificate),
  };
}

/** A request for these DNS names with a key of its own. */
export function aCsr(names: readonly string[], addresses: readonly string[] = []): Buffer {
  const { privateKey, spki } = newKey();
  const subjectAltNames = [...names.map((value) => ({ type: 'dns' as const, value })), ...addresses.map((value) => ({ type: 'ip' as const, value }))];
  const info = encodeCsrInfo({ subjectDer: encodeName(subjectFrom({})), spki, extensionsDer: encodeCsrExtensions({ subjectAltNames }) });
  const algorithm = signatureAlgorithmFor('ECCPRIME256V1');
  return assembleCsr(info, algorithm, sign(algorithm.digest, info, privateKey));
}

export function publicKeyOfCsr(csr: Uint8Array): Buffer {
  return parseCsr(csr).spki;
}

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, spki: publicKey.export({ type: 'spki', format: 'der' }) };
}
