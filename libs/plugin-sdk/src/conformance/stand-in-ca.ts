import { randomBytes, sign } from 'node:crypto';
import {
  assembleCertificate,
  certificatePem,
  encodeName,
  encodeTbsCertificate,
  keyIdentifier,
  parseCsr,
  publicKeyOf,
  randomSerial,
  signatureAlgorithmFor,
  subjectFrom,
  toPkcs8Pem,
  verifyCsr,
  type Extensions,
} from '@sifaka/pki';
import { generateTestKey } from './test-context.js';

const dayMs = 86_400_000;

export interface StandInCa {
  rootPem: string;
  issuingPem: string;
  rootDer: Buffer;
  issuingDer: Buffer;
  /** Signs what the request asks for. @throws Error for a request that is none, or whose signature does not fit */
  sign(csr: string | Uint8Array, validity?: { notBefore?: Date; notAfter?: Date }): Buffer;
  /** Certificate (with the issuing CA's) and key for a stand-in that speaks TLS on loopback, or for a client of it. */
  identity(commonName?: string): { cert: string; key: string };
}

/** A CA for stand-ins: a root, and an issuing CA below it that signs certificate requests. */
export function standInCa(now = new Date(), name = 'Stand-in'): StandInCa {
  const [rootKey, issuingKey] = [generateTestKey('ECCPRIME256V1'), generateTestKey('ECCPRIME256V1')];
  const root = { subjectDer: nameOf(`${name} Root`), key: rootKey };
  const issuing = { subjectDer: nameOf(`${name} Issuing CA`), key: issuingKey };
  const ca: Extensions = { basicConstraints: { isCa: true }, keyUsage: ['keyCertSign', 'crlSign'] };
  const years = { notBefore: new Date(now.getTime() - 30 * dayMs), notAfter: new Date(now.getTime() + 3_650 * dayMs) };
  const rootDer = certify({ ...root, spki: publicKeyOf(rootKey) }, root, ca, years);
  const issuingDer = certify({ ...issuing, spki: publicKeyOf(issuingKey) }, root, ca, years);
  return {
    rootDer,
    issuingDer,
    rootPem: certificatePem(rootDer),
    issuingPem: certificatePem(issuingDer),
    sign(csr, { notBefore = now, notAfter = new Date(now.getTime() + 90 * dayMs) } = {}) {
      const request = parseCsr(csr);
      if (verifyCsr(request) === 'invalid') throw new Error('the signature of the request does not fit');
      return certify(request, issuing, { ...request.extensions, basicConstraints: undefined }, { notBefore, notAfter });
    },
    identity(commonName = '127.0.0.1') {
      const key = generateTestKey('ECCPRIME256V1');
      const subject = { subjectDer: nameOf(commonName), spki: publicKeyOf(key) };
      const der = certify(subject, issuing, { subjectAltNames: [{ type: 'ip', value: '127.0.0.1' }] }, { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + dayMs) });
      return { cert: [der, issuingDer].map(certificatePem).join('\n'), key: toPkcs8Pem(key) };
    },
  };
}

interface Named {
  subjectDer: Uint8Array;
}

function certify(subject: Named & { spki: Uint8Array }, issuer: Named & { key: ReturnType<typeof generateTestKey> }, extensions: Extensions, validity: { notBefore: Date; notAfter: Date }): Buffer {
  const signatureAlgorithm = signatureAlgorithmFor('ECCPRIME256V1');
  const { basicConstraints, ...others } = extensions;
  const tbs = encodeTbsCertificate({
    serial: randomSerial(randomBytes),
    signatureAlgorithm,
    issuerDer: issuer.subjectDer,
    subjectDer: subject.subjectDer,
    spki: subject.spki,
    ...validity,
    extensions: {
      ...others,
      ...(basicConstraints !== undefined && { basicConstraints }),
      subjectKeyId: keyIdentifier(subject.spki),
      authorityKeyId: { keyId: keyIdentifier(publicKeyOf(issuer.key)) },
    },
  });
  return assembleCertificate(tbs, signatureAlgorithm, sign('sha256', tbs, issuer.key));
}

const nameOf = (commonName: string): Buffer => encodeName(subjectFrom({ commonName, organization: 'Example' }));
