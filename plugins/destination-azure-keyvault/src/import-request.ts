import { AppError } from '@sifaka/kernel';
import { describeKey, encodePkcs12, fromPkcs8Der, parseCertificate } from '@sifaka/pki';
import type { DeployableCertificate } from '@sifaka/plugin-sdk';
import { subjectOf } from './vault-name.js';

/** Names of the tags by which this platform knows its own certificates. */
export const tagNames = { name: 'sifaka-name', fingerprint: 'sifaka-fingerprint', subject: 'sifaka-subject' } as const;

/** Key Vault: 15 tags, 256 characters each. */
const mostTags = 15;
const longestTag = 256;

/** Sizes and curves that Key Vault has for certificates. */
const rsaSizes = [2048, 3072, 4096];
const curves: Readonly<Record<string, { crv: string; key_size: number }>> = {
  '1.2.840.10045.3.1.7': { crv: 'P-256', key_size: 256 },
  '1.3.132.0.34': { crv: 'P-384', key_size: 384 },
  '1.3.132.0.35': { crv: 'P-521', key_size: 521 },
  '1.3.132.0.10': { crv: 'P-256K', key_size: 256 },
};

/** Body of an import (https://learn.microsoft.com/rest/api/keyvault/certificates/import-certificate). */
export interface ImportRequest {
  value: string;
  pwd: string;
  policy: { key_props: KeyProperties; secret_props: { contentType: 'application/x-pkcs12' } };
  tags: Record<string, string>;
}

interface KeyProperties {
  exportable: true;
  kty: 'RSA' | 'EC';
  key_size: number;
  crv?: string;
  reuse_key: false;
}

interface ImportTerms {
  passphrase: string;
  /** What others put there stays, as far as Key Vault takes it. */
  tagsBefore: Readonly<Record<string, string>>;
  random: (length: number) => Uint8Array;
}

/**
 * Certificate, whole chain and key as Key Vault takes them.
 *
 * @throws AppError `failed_precondition` for a key that Key Vault has no place for
 */
export async function importRequest(certificate: DeployableCertificate, { passphrase, tagsBefore, random }: ImportTerms): Promise<ImportRequest> {
  const { name, certificateDer, chainDer, privateKeyPkcs8Der: key } = certificate;
  if (key === null) throw new AppError('failed_precondition', `Key Vault takes no certificate without its private key, and "${name}" has none here`, { reason: 'destination.no_key' });
  const keyProperties = keyPropertiesOf(certificate);
  // Triple DES: Key Vault refuses files that are encrypted with AES. What protects the file is TLS, and the passphrase goes with it.
  const file = await encodePkcs12({ privateKey: fromPkcs8Der(key), certificateDer, chainDer, friendlyName: name.slice(0, longestTag), passphrase, form: 'legacy', random });
  return {
    value: file.toString('base64'),
    pwd: passphrase,
    policy: { key_props: keyProperties, secret_props: { contentType: 'application/x-pkcs12' } },
    tags: tagsOf(certificate, tagsBefore),
  };
}

function keyPropertiesOf({ name, certificateDer }: DeployableCertificate): KeyProperties {
  const { kind, bits, type, curveOid } = describeKey(parseCertificate(certificateDer).spki);
  if (kind === 'rsa' && rsaSizes.includes(bits)) return { exportable: true, kty: 'RSA', key_size: bits, reuse_key: false };
  const curve = kind === 'ec' ? curves[curveOid ?? ''] : undefined;
  if (curve !== undefined) return { exportable: true, kty: 'EC', ...curve, reuse_key: false };
  const message = `Key Vault takes RSA keys of ${rsaSizes.join(', ')} bits and EC keys on P-256, P-256K, P-384 and P-521; the key of certificate "${name}" is ${type ?? `${kind} of ${bits} bits`}`;
  throw new AppError('failed_precondition', message, { reason: 'azure.key_type' });
}

function tagsOf(certificate: DeployableCertificate, before: Readonly<Record<string, string>>): Record<string, string> {
  const own = { [tagNames.name]: certificate.name, [tagNames.fingerprint]: certificate.fingerprint, [tagNames.subject]: subjectOf(certificate) };
  const others = Object.entries(before).filter(([tag]) => !Object.hasOwn(own, tag));
  return Object.fromEntries([...Object.entries(own), ...others].slice(0, mostTags).map(([tag, value]) => [tag, value.slice(0, longestTag)]));
}
