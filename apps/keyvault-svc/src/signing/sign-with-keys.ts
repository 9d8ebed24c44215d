import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { InputOf, KeyPurpose, OutputOf, SignaturePurpose, signWithKeys } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { keyMatches, readSshTbs } from '@sifaka/pki';
import { certificateToRevoke } from './revocation-request.js';
import { signBytes } from './sign-bytes.js';
import { SigningJournal, type JournalEntry } from './signing-journal.repository.js';
import { SigningKeys, type SigningKey } from './signing-keys.js';
import { certificateSerial, normalSerial } from './tbs.js';

type Input = InputOf<typeof signWithKeys>;
type Request = Input['requests'][number];

/** Signs with keys that stay inside. A signature of an authority leaves only after the journal has it. */
@Injectable()
export class SignWithKeys {
  constructor(
    private readonly keys: SigningKeys,
    private readonly journal: SigningJournal,
  ) {}

  /** @throws AppError `not_found` (key), `already_exists` (serial number given before by that key), `invalid_argument` */
  async run({ requests }: Input, call: CallContext): Promise<OutputOf<typeof signWithKeys>> {
    const keys = await this.keysFor(requests, call.caller);
    const jobs = requests.map((request, index) => prepare(request, keys.get(request.keyId), `requests.${index}`));
    const signatures: Buffer[] = [];
    for (let start = 0; start < jobs.length; start += signaturesPerTurn) {
      const turn = jobs.slice(start, start + signaturesPerTurn);
      signatures.push(...(await Promise.all(turn.map(async ({ key, digest, tbs }) => signBytes(key.key, key.keyType, digest, tbs)))));
    }
    const actor = call.principal.kind === 'user' ? call.principal.email : call.principal.service;
    await this.journal.add(
      jobs.flatMap((job, index) => (job.key.purpose === 'authority' ? [entryOf(job, signatures[index], call.caller, requests[index]?.actor ?? actor)] : [])),
    );
    return { signatures: signatures.map((signature) => signature.toString('base64')) };
  }

  /**
   * A key signs for the service that made it. One thing is open to acme-svc: what asks a CA to revoke the certificate of a key of
   * issuer-svc, signed by that key itself; `prepare` looks that it is nothing else.
   */
  private async keysFor(requests: readonly Request[], caller: string): Promise<Map<string, SigningKey>> {
    const isLent = ({ purpose }: Request) => caller === 'acme' && purpose === 'revocation';
    const ids = (which: readonly Request[]) => new Set(which.map(({ keyId }) => keyId));
    const lent = requests.filter(isLent);
    const own = await this.keys.get(ids(requests.filter((request) => !isLent(request))), caller);
    return lent.length === 0 ? own : new Map([...own, ...(await this.keys.get(ids(lent), 'issuer'))]);
  }
}

interface SigningJob {
  readonly key: SigningKey;
  readonly digest: string | null;
  readonly tbs: Buffer;
  readonly serialHex: string | null;
  readonly purpose: SignaturePurpose;
  readonly subjectKeyId: string | null;
}

// 64 signatures of RSA-4096 keep the thread pool busy for 0.2 s.
const signaturesPerTurn = 64;

/** What a key may sign: the journal knows the certificates of an authority by this, so nothing else may pass under that name. */
const purposesOf: Readonly<Record<KeyPurpose, readonly SignaturePurpose[]>> = {
  authority: ['certificate', 'crl', 'ocsp', 'csr', 'ssh'],
  certificate: ['csr', 'ocsp', 'revocation'],
  account: ['account', 'csr'],
};

function prepare(request: Request, key: SigningKey | undefined, field: string): SigningJob {
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
  const tbs = Buffer.from(request.tbsDer, 'base64');
  if (purpose === 'revocation') assertRevokes(tbs, key, field);
  return { key, digest, tbs, serialHex: checkedSerial(request, key, tbs, field), purpose, subjectKeyId };
}

function assertRevokes(tbs: Buffer, { key }: SigningKey, field: string): void {
  const spki = certificateToRevoke(tbs);
  if (spki === null) throw refusal(`${field}.tbsDer`, 'is no request to revoke a certificate (RFC 8555 section 7.6), and purpose revocation was asked for');
  if (!keyMatches(key, spki)) throw refusal(`${field}.tbsDer`, 'asks to revoke a certificate of another key');
}

function checkedSerial({ purpose, serialHex }: Request, key: SigningKey, tbs: Buffer, field: string): string | null {
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
function checkedSshSerial({ serialHex }: Pick<Request, 'serialHex'>, { key }: SigningKey, tbs: Buffer, field: string): string {
  const inside = readSshTbs(tbs);
  if (inside === null) throw refusal(`${field}.tbsDer`, 'is no certificate of OpenSSH, and purpose ssh was asked for');
  if (!keyMatches(key, inside.issuerSpki)) throw refusal(`${field}.tbsDer`, 'names another authority than this key');
  if (serialHex === null || normalSerial(serialHex) !== inside.serialHex) {
    throw refusal(`${field}.serialHex`, `is ${serialHex ?? 'null'}, the certificate has ${inside.serialHex}`);
  }
  return inside.serialHex;
}

function entryOf(
  { key, tbs, serialHex, purpose, subjectKeyId }: SigningJob,
  signature: Buffer | undefined,
  caller: string,
  actor: string,
): JournalEntry {
  const tbsSha256 = createHash('sha256').update(tbs).digest();
  return { keyId: key.id, purpose, serialHex, subjectKeyId, tbs, tbsSha256, signature: signature ?? null, caller, actor };
}

const refusal = (path: string, message: string): AppError =>
  new AppError('invalid_argument', `${path}: ${message}`, { reason: 'signature.refused', fields: [{ path, message }] });
