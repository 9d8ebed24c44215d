import { createHash } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import type { InputOf, KeyPurpose, SignaturePurpose, signWithKeys } from '@sifaka/contracts';
import { keyMatches, readSshTbs } from '@sifaka/pki';
import { certificateToRevoke } from './revocation-request.js';
import type { JournalEntry } from './signing-journal.repository.js';
import type { SigningKey } from './signing-keys.js';
import { certificateSerial, normalSerial } from './tbs.js';

/** What is asked for, beside the bytes. */
export type AskedSignature = Pick<InputOf<typeof signWithKeys>['requests'][number], 'keyId' | 'hash' | 'purpose' | 'serialHex' | 'subjectKeyId'>;

/** A signature that may be made. */
export interface SigningJob {
  readonly key: SigningKey;
  readonly digest: string | null;
  readonly tbs: Buffer;
  readonly serialHex: string | null;
  readonly purpose: SignaturePurpose;
  readonly subjectKeyId: string | null;
}

/** What a key may sign: the journal knows the certificates of an authority by this, so nothing else may pass under that name. */
const purposesOf: Readonly<Record<KeyPurpose, readonly SignaturePurpose[]>> = {
  authority: ['certificate', 'crl', 'ocsp', 'csr', 'ssh'],
  certificate: ['csr', 'ocsp', 'revocation'],
  account: ['account', 'csr'],
  responder: ['ocsp'],
};

/**
 * @param field where a refusal points
 * @throws AppError `not_found` (key), `invalid_argument`
 */
export function prepareSignature(request: AskedSignature, tbs: Buffer, key: SigningKey | undefined, field: string): SigningJob {
  const { purpose, subjectKeyId, hash: digest } = request;
  if (key === undefined) throw new AppError('not_found', `there is no key ${request.keyId}`, { reason: 'key.not_found' });
  if (!purposesOf[key.purpose].includes(purpose)) {
    throw refusal(`${field}.purpose`, `a key of purpose ${key.purpose} signs ${purposesOf[key.purpose].join(', ')}, not ${purpose}`);
  }
  if ((digest === null) !== (key.keyType === 'ED25519')) {
    throw refusal(
      `${field}.hash`,
      digest === null ? `a key of type ${key.keyType ?? 'unknown'} needs a hash` : 'ED25519 hashes by itself: null is expected',
    );
  }
  if (purpose === 'revocation') assertRevokes(tbs, key, field);
  return { key, digest, tbs, serialHex: checkedSerial(request, key, tbs, field), purpose, subjectKeyId };
}

function assertRevokes(tbs: Buffer, { key }: SigningKey, field: string): void {
  const spki = certificateToRevoke(tbs);
  if (spki === null) throw refusal(`${field}.tbsDer`, 'is no request to revoke a certificate (RFC 8555 section 7.6), and purpose revocation was asked for');
  if (!keyMatches(key, spki)) throw refusal(`${field}.tbsDer`, 'asks to revoke a certificate of another key');
}

function checkedSerial({ purpose, serialHex }: AskedSignature, key: SigningKey, tbs: Buffer, field: string): string | null {
  const inside = key.purpose === 'authority' ? certificateSerial(tbs) : null;
  if (purpose === 'ssh') return checkedSshSerial({ serialHex }, key, tbs, field);
  if (purpose !== 'certificate') {
    if (inside !== null || (key.purpose === 'authority' && readSshTbs(tbs) !== null)) throw refusal(`${field}.tbsDer`, `is a certificate, and purpose ${purpose} was asked for`);
    return serialHex === null ? null : normalSerial(serialHex);
  }
  if (inside === null) throw refusal(`${field}.tbsDer`, 'is not a TBSCertificate, and purpose certificate was asked for');
  if (serialHex === null || normalSerial(serialHex) !== inside) {
    throw refusal(`${field}.serialHex`, `is ${serialHex ?? 'null'}, the certificate has ${inside}`);
  }
  return inside;
}

/** OpenSSH's certificates name their authority: the key signs for itself alone. */
function checkedSshSerial({ serialHex }: Pick<AskedSignature, 'serialHex'>, { key }: SigningKey, tbs: Buffer, field: string): string {
  const inside = readSshTbs(tbs);
  if (inside === null) throw refusal(`${field}.tbsDer`, 'is no certificate of OpenSSH, and purpose ssh was asked for');
  if (!keyMatches(key, inside.issuerSpki)) throw refusal(`${field}.tbsDer`, 'names another authority than this key');
  if (serialHex === null || normalSerial(serialHex) !== inside.serialHex) {
    throw refusal(`${field}.serialHex`, `is ${serialHex ?? 'null'}, the certificate has ${inside.serialHex}`);
  }
  return inside.serialHex;
}

/** Line of the journal. */
export function entryOf(
  { key, tbs, serialHex, purpose, subjectKeyId }: SigningJob,
  signature: Buffer | undefined,
  caller: string,
  actor: string,
  tbsSha256: Buffer = createHash('sha256').update(tbs).digest(),
): JournalEntry {
  return { keyId: key.id, purpose, serialHex, subjectKeyId, tbs, tbsSha256, signature: signature ?? null, caller, actor };
}

const refusal = (path: string, message: string): AppError =>
  new AppError('invalid_argument', `${path}: ${message}`, { reason: 'signature.refused', fields: [{ path, message }] });
