import { z } from 'zod';
import { command, query } from '../contract.js';
import { serviceNames } from '../service.js';
import { Base64, HashName, Timestamp } from '../values.js';

/** What a key is for; only those of certificates are ever exported. `responder`: answers of an OCSP responder, and nothing else. */
export const KeyPurpose = z.enum(['certificate', 'authority', 'account', 'responder']);
export type KeyPurpose = z.output<typeof KeyPurpose>;

export const KeyId = z.uuid();

const GeneratedKey = z.object({
  keyId: KeyId,
  /** SubjectPublicKeyInfo. */
  publicKeyDer: Base64,
  /** PKCS#10 request signed by the new key, when asked for. */
  csrDer: Base64.nullable(),
});

/** Makes keys, stores them encrypted and returns their public halves, in the order asked. */
export const generateKeys = command('rpc.keyvault.key.generate', {
  input: z.object({
    keys: z
      .array(
        z.object({
          keyType: z.string().max(32),
          purpose: KeyPurpose,
          /** Ask for a certification request (RFC 2986) signed by the new key. */
          csr: z.object({ subjectDer: Base64, extensionsDer: Base64.nullable() }).nullable().default(null),
        }),
      )
      .min(1)
      .max(256),
  }),
  output: z.object({ keys: z.array(GeneratedKey) }),
  callers: ['issuer', 'acme'],
  codes: ['invalid_argument', 'rate_limited'],
  timeoutMs: 30_000,
});

/** Stores a key that was made elsewhere. */
export const importKey = command('rpc.keyvault.key.import', {
  input: z.object({ pkcs8Der: Base64, purpose: KeyPurpose }),
  output: z.object({ keyId: KeyId, publicKeyDer: Base64, keyType: z.string().nullable(), bits: z.int().nullable() }),
  callers: ['issuer', 'acme'],
});

/** Hands out a private key. Journalled with the reason before the answer leaves; authority keys are refused. */
export const exportKey = command('rpc.keyvault.key.export', {
  input: z.object({ keyId: KeyId, reason: z.enum(['key_view', 'export', 'deployment']), objectName: z.string().max(256) }),
  output: z.object({ pkcs8Der: Base64 }),
  callers: ['issuer', 'deploy'],
  codes: ['not_found', 'permission_denied'],
  idempotent: true,
});

/** `revocation`: a certificate's key says that its certificate is to be revoked (RFC 8555 section 7.6); open to acme for keys of issuer. */
export const SignaturePurpose = z.enum(['certificate', 'crl', 'ocsp', 'csr', 'account', 'revocation', 'ssh']);
export type SignaturePurpose = z.output<typeof SignaturePurpose>;

/** Signs with keys that stay inside; every signature of an authority key is in the journal before the answer leaves. */
export const signWithKeys = command('rpc.keyvault.key.sign', {
  input: z.object({
    requests: z
      .array(
        z.object({
          keyId: KeyId,
          /** The bytes to sign. */
          tbsDer: Base64,
          /** Null for Ed25519, which hashes by itself. */
          hash: HashName.nullable(),
          purpose: SignaturePurpose,
          /** Serial of the certificate to be, upper-case hex; null for what has none. */
          serialHex: z.string().max(42).nullable(),
          /** Key inside the vault that the certificate is for, when it is there. */
          subjectKeyId: KeyId.nullable(),
          /** At whose word: a batch serves several users. Null for the caller itself. */
          actor: z.string().max(256).nullable().default(null),
        }),
      )
      .min(1)
      .max(256),
  }),
  output: z.object({ signatures: z.array(Base64) }),
  callers: ['issuer', 'acme'],
  codes: ['not_found', 'already_exists'],
  timeoutMs: 10_000,
});

/** Bytes of what is to be signed in one message: base64 takes a third more, and a message holds 1 MiB. */
export const signingSliceBytes = 512 * 1_024;
/** Slices of one signature: 128 MiB, a revocation list of two and a half million entries. */
export const maxSigningSlices = 256;

/** Lays a slice of what is to be signed by, for what is longer than a message; kept for an hour. */
export const stageSigning = command('rpc.keyvault.signing.stage', {
  input: z.object({ stageId: z.uuid(), position: z.int().min(0).max(maxSigningSlices - 1), bytes: Base64 }),
  output: z.object({}),
  callers: ['issuer'],
  codes: ['already_exists'],
  idempotent: true,
  timeoutMs: 20_000,
});

/** Signs the slices in their order, and forgets them. The journal keeps their digest, and of short ones the bytes. */
export const signStaged = command('rpc.keyvault.signing.sign_staged', {
  input: z.object({
    stageId: z.uuid(),
    slices: z.int().min(1).max(maxSigningSlices),
    /** Of all bytes, hex: what was laid by is what was meant. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    keyId: KeyId,
    hash: HashName.nullable(),
    purpose: z.enum(['crl']),
    actor: z.string().max(256).nullable().default(null),
  }),
  output: z.object({ signature: Base64 }),
  callers: ['issuer'],
  codes: ['not_found', 'failed_precondition'],
  timeoutMs: 30_000,
});

export const deleteKeys = command('rpc.keyvault.key.delete', {
  input: z.object({ keyIds: z.array(KeyId).min(1).max(500) }),
  output: z.object({ deleted: z.int() }),
  callers: ['issuer', 'acme'],
  idempotent: true,
});

/** Age by the clock of the database, which wrote the times: clocks of machines differ. */
const OlderThanMs = z.int().min(0).max(86_400_000);

/** Keys of the calling service in the order they were made: for the sweep that finds keys nobody refers to. */
export const listKeys = query('rpc.keyvault.key.list', {
  input: z.object({ afterSequence: z.int().min(0), olderThanMs: OlderThanMs, limit: z.int().min(1).max(500) }),
  output: z.object({ keys: z.array(z.object({ sequence: z.int(), keyId: KeyId, purpose: KeyPurpose, createdAt: Timestamp })) }),
  callers: ['issuer', 'acme'],
});

/** The signing journal in order: what was signed must be in the inventory, or be explained. */
export const listSignatures = query('rpc.keyvault.journal.list', {
  input: z.object({ afterSequence: z.int().min(0), olderThanMs: OlderThanMs, limit: z.int().min(1).max(500) }),
  output: z.object({
    signatures: z.array(
      z.object({
        sequence: z.int(),
        keyId: KeyId,
        purpose: SignaturePurpose,
        serialHex: z.string().nullable(),
        subjectKeyId: KeyId.nullable(),
        tbsDer: Base64,
        signatureDer: Base64.nullable(),
        signedAt: Timestamp,
      }),
    ),
  }),
  callers: ['issuer'],
});

const allServices = serviceNames.filter((name) => name !== 'keyvault');

/** Reference to a secret that the calling service stored; means nothing to any other service. */
export const SecretRef = z.string().regex(/^secret:[0-9a-f-]{36}$/);

/** Stores generic secrets (plugin options, credentials) for the calling service. */
export const putSecrets = command('rpc.keyvault.secret.put', {
  input: z.object({ secrets: z.array(z.object({ value: z.string().max(65_536), label: z.string().max(256) })).min(1).max(100) }),
  output: z.object({ refs: z.array(SecretRef) }),
  callers: allServices,
});

/** Returns secrets that the calling service stored, in the order asked; `not_found` for any other. */
export const resolveSecrets = query('rpc.keyvault.secret.resolve', {
  input: z.object({ refs: z.array(SecretRef).min(1).max(100) }),
  output: z.object({ values: z.array(z.string()) }),
  callers: allServices,
  codes: ['not_found'],
});

export const deleteSecrets = command('rpc.keyvault.secret.delete', {
  input: z.object({ refs: z.array(SecretRef).min(1).max(100) }),
  output: z.object({ deleted: z.int() }),
  callers: allServices,
  idempotent: true,
});

export const keyvaultContracts = [
  generateKeys,
  importKey,
  exportKey,
  signWithKeys,
  stageSigning,
  signStaged,
  deleteKeys,
  listKeys,
  listSignatures,
  putSecrets,
  resolveSecrets,
  deleteSecrets,
] as const;
