import { randomBytes } from 'node:crypto';
import { generateKeys, signWithKeys, type InputOf, type RequestOf } from '@sifaka/contracts';
import {
  assembleCertificate,
  encodeName,
  encodeTbsCertificate,
  nameOids,
  randomSerial,
  serialHex,
  signatureAlgorithmFor,
  type SignatureAlgorithm,
} from '@sifaka/pki';
import { testPlatform, type TestPlatform } from '@sifaka/testing';
import { keyvaultService } from '../keyvault.service.js';

export const aMasterKey = (): string => randomBytes(32).toString('base64');

export function aVault(env: Record<string, string> = {}): Promise<TestPlatform> {
  return testPlatform({ services: [keyvaultService], env: { SIFAKA_MASTER_KEYS: aMasterKey(), ...env } });
}

type Asked = RequestOf<typeof generateKeys>['keys'][number];

export interface MadeKey {
  keyId: string;
  spki: Buffer;
  csr: Buffer | null;
}

/** One new key of issuer-svc. */
export async function aKey(platform: TestPlatform, parts: Partial<Asked> = {}): Promise<MadeKey> {
  const { keys } = await platform.call('issuer', generateKeys, { keys: [{ keyType: 'ECCPRIME256V1', purpose: 'certificate', ...parts }] });
  const { keyId, publicKeyDer, csrDer } = keys[0]!;
  return { keyId, spki: Buffer.from(publicKeyDer, 'base64'), csr: csrDer === null ? null : Buffer.from(csrDer, 'base64') };
}

export const aName = (cn: string): Buffer => encodeName([{ oid: nameOids.commonName, value: cn }]);

type SignRequest = InputOf<typeof signWithKeys>['requests'][number];

/** What issuer-svc asks for: a certificate signed by `authority`, by default over its own key. */
export function aSignRequest(
  authority: MadeKey,
  parts: { subject?: Buffer; spki?: Buffer; keyType?: string; serial?: bigint } & Partial<SignRequest> = {},
): { request: SignRequest; tbs: Buffer; algorithm: SignatureAlgorithm } {
  const { subject = aName('root'), spki = authority.spki, keyType = 'ECCPRIME256V1', serial = randomSerial(randomBytes), ...rest } = parts;
  const algorithm = signatureAlgorithmFor(keyType);
  const tbs = encodeTbsCertificate({
    serial,
    signatureAlgorithm: algorithm,
    issuerDer: aName('root'),
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    subjectDer: subject,
    spki,
    extensions: { basicConstraints: { isCa: true } },
  });
  const request: SignRequest = {
    keyId: authority.keyId,
    tbsDer: tbs.toString('base64'),
    hash: algorithm.hash === null ? null : 'sha256',
    purpose: 'certificate',
    serialHex: serialHex(serial),
    subjectKeyId: null,
    actor: null,
    ...rest,
  };
  return { request, tbs, algorithm };
}

export async function sign(platform: TestPlatform, ...requests: SignRequest[]): Promise<Buffer[]> {
  const { signatures } = await platform.call('issuer', signWithKeys, { requests });
  return signatures.map((signature) => Buffer.from(signature, 'base64'));
}

/** DER of a certificate that the authority signs for its own key. */
export async function aRoot(platform: TestPlatform, authority: MadeKey, keyType: string): Promise<Buffer> {
  const { request, tbs, algorithm } = aSignRequest(authority, { keyType });
  const [signature] = await sign(platform, request);
  return assembleCertificate(tbs, algorithm, signature!);
}
