import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isAppError, type AppError } from '@sifaka/kernel';
import { encodeTbsCertificate, assembleCertificate } from '../certificate/encode-certificate.js';
import type { CertificateFacts } from '../certificate/certificate-facts.js';
import { parseCertificate } from '../certificate/parse-certificate.js';
import { randomSerial } from '../certificate/serial.js';
import { signatureAlgorithmFor, type HashName } from '../certificate/signature-algorithm.js';
import type { ExtensionRequest } from '../extension/extensions.js';
import { asCaRequest, resolveExtensions } from '../extension/resolve-extensions.js';
import { keyTypes, type KeyType, type KeyTypeSpec } from '../key-type/key-types.js';
import { encodeName } from '../name/name-codec.js';
import { subjectFrom, type Name } from '../name/name.js';

export interface TestKey {
  readonly type: KeyType;
  readonly privateKey: KeyObject;
  readonly spki: Buffer;
}

export interface TestAuthority {
  readonly key: TestKey;
  readonly certificate: CertificateFacts;
}

/** A fresh key; RSA keys are made once for each size, they take seconds. */
export function aKey(type: KeyType = 'ECCPRIME256V1'): TestKey {
  const known = rsaKeys.get(type);
  if (known) return known;
  const spec: KeyTypeSpec = keyTypes[type];
  const { privateKey, publicKey } = generate(spec);
  const key = { type, privateKey, spki: publicKey.export({ type: 'spki', format: 'der' }) };
  if (spec.kind === 'rsa') rsaKeys.set(type, key);
  return key;
}

export interface CertificateOptions {
  readonly key?: TestKey;
  readonly subject?: Name;
  readonly extensions?: ExtensionRequest;
  readonly issuer?: TestAuthority;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly hash?: HashName;
  readonly serial?: bigint;
}

/** A certificate signed by `issuer`, or by itself. */
export function aCertificate(options: CertificateOptions = {}): CertificateFacts {
  const key = options.key ?? aKey();
  const subjectDer = encodeName(options.subject ?? subjectFrom({ commonName: 'shop.corp.test' }));
  const { issuer } = options;
  const signer = issuer?.key ?? key;
  const signatureAlgorithm = signatureAlgorithmFor(signer.type, options.hash);
  const tbs = encodeTbsCertificate({
    serial: options.serial ?? randomSerial(randomBytes),
    signatureAlgorithm,
    issuerDer: issuer?.certificate.subjectDer ?? subjectDer,
    notBefore: options.notBefore ?? new Date('2026-01-01T00:00:00Z'),
    notAfter: options.notAfter ?? new Date('2046-01-01T00:00:00Z'),
    subjectDer,
    spki: key.spki,
    extensions: resolveExtensions(options.extensions ?? {}, key.spki, issuer ? identityOf(issuer.certificate) : null),
  });
  return parseCertificate(assembleCertificate(tbs, signatureAlgorithm, sign(signatureAlgorithm.digest, tbs, signer.privateKey)));
}

/** A certificate authority: a root, or below `issuer`. */
export function anAuthority(commonName: string, options: CertificateOptions = {}): TestAuthority {
  const key = options.key ?? aKey();
  const extensions = asCaRequest(options.extensions ?? {});
  return { key, certificate: aCertificate({ subject: subjectFrom({ commonName }), ...options, key, extensions }) };
}

export const identityOf = (certificate: CertificateFacts) => ({
  subjectKeyId: certificate.subjectKeyId ?? Buffer.alloc(20),
  issuerNameDer: certificate.issuerDer,
  serial: certificate.serial,
});

/** The `AppError` that `run` throws; anything else, or nothing, fails the test. */
export function faultOf(run: () => unknown): AppError {
  try {
    run();
  } catch (fault) {
    if (isAppError(fault)) return fault;
    throw fault;
  }
  throw new Error('nothing was thrown');
}

/** Path of the first field that `run` refuses. */
export const refusedField = (run: () => unknown): string | undefined => faultOf(run).fields?.[0]?.path;

const rsaKeys = new Map<KeyType, TestKey>();

function generate(spec: KeyTypeSpec): { privateKey: KeyObject; publicKey: KeyObject } {
  if (spec.kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: spec.bits });
  return spec.kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: spec.curve }) : generateKeyPairSync('ed25519');
}
