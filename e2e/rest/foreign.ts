import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

/** A certificate that another authority made, with its key. */
export interface Foreign {
  body: string;
  key: string;
  certificate: x509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

type KeyAlgorithm = webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams | webcrypto.Algorithm;

interface ForeignInput {
  subject?: string;
  issuer?: Foreign;
  notBefore?: Date;
  notAfter?: Date;
  serialNumber?: string;
  dnsNames?: string[];
  algorithm?: KeyAlgorithm;
  isCa?: boolean;
}

const day = 86_400_000;
const subjectAltName = '2.5.29.17';
export const p256 = { name: 'ECDSA', namedCurve: 'P-256' };
export const rsa = (modulusLength: number) => ({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength });

/** Self-signed without an issuer; valid from yesterday for a year unless told otherwise. */
export async function foreignCertificate(input: ForeignInput = {}): Promise<Foreign> {
  const algorithm = input.algorithm ?? p256;
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const { issuer } = input;
  const subject = input.subject ?? 'CN=foreign.corp.test';
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: input.serialNumber ?? Buffer.from(webcrypto.getRandomValues(new Uint8Array(12))).toString('hex'),
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: input.notBefore ?? new Date(Date.now() - day),
    notAfter: input.notAfter ?? new Date(Date.now() + 365 * day),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: signing(issuer?.keys.privateKey ?? keys.privateKey),
    extensions: [
      ...(input.isCa === true ? [new x509.BasicConstraintsExtension(true, undefined, true)] : []),
      ...(input.dnsNames === undefined ? [] : [new x509.SubjectAlternativeNameExtension(input.dnsNames.map((value) => ({ type: 'dns' as const, value })))]),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { body: certificate.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'), certificate, keys };
}

/** A signing request, and the key that stays with who asks. */
export async function foreignRequest(subject: string, names: x509.JsonGeneralName[] = [], algorithm: KeyAlgorithm = p256): Promise<string> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys,
    signingAlgorithm: signing(keys.privateKey),
    extensions: names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)],
  });
  return csr.toString('pem');
}

function signing(key: webcrypto.CryptoKey): { name: string; hash?: string } {
  return key.algorithm.name === 'Ed25519' ? { name: 'Ed25519' } : { name: key.algorithm.name, hash: 'SHA-256' };
}

/** What another authority makes of a signing request: its names and its key. */
export async function foreignSigned(csr: string, issuer: Foreign): Promise<string> {
  const request = new x509.Pkcs10CertificateRequest(csr);
  const names = request.extensions.filter(({ type }) => type === subjectAltName);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(12))).toString('hex'),
    subject: request.subject,
    issuer: issuer.certificate.subject,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 90 * day),
    publicKey: request.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: signing(issuer.keys.privateKey),
    extensions: names,
  });
  return certificate.toString('pem');
}
