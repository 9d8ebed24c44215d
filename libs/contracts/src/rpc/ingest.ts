import { z } from 'zod';
import { command, query } from '../contract.js';
import { Base64, Id, Timestamp } from '../values.js';

/** Certificates of one call: few enough for a message, many enough that the bus is not what it waits for. */
export const ingestCount = 500;

/** Base64 that is read where it is used: whoever sends rubbish has that one refused, and checking every character twice is a tenth of the work. */
const FoundBytes = z.string().max(1_000_000);

const Found = z.object({
  certificateDer: FoundBytes,
  /** Issuer first. */
  chainDer: z.array(FoundBytes).max(20),
  name: z.string().max(10_000).nullable(),
  externalId: z.string().max(2_048).nullable(),
  /** E-mail address that the place gives; the source's owner has it until that owner has a role here. */
  owner: z.string().max(256).nullable(),
  description: z.string().max(1_024).nullable(),
});

const Outcome = z.union([
  z.object({ status: z.enum(['new', 'known']), certificateId: Id, fingerprintSha256: z.string() }),
  z.object({ status: z.literal('refused'), reason: z.string() }),
]);

/**
 * Takes certificates that were found somewhere into the inventory. Identity is the SHA-256 fingerprint: a known one stays as it is, but for an
 * external id where it had none, was found before, and has no authority. What cannot be read is refused alone, with its reason. One answer for each, in the order given.
 */
export const ingestCertificates = command('rpc.issuer.certificate.ingest', {
  input: z.object({
    /** Null: met at an endpoint that somebody watches by hand. */
    source: z.object({ id: Id, label: z.string().max(64) }).nullable(),
    owner: z.string().max(128),
    ownerRoleId: Id,
    certificates: z.array(Found).min(1).max(ingestCount),
  }),
  output: z.object({ outcomes: z.array(Outcome) }),
  callers: ['discovery'],
  idempotent: true,
  timeoutMs: 30_000,
});

/** A certificate as services need it that bring it to places or look for it there. Never its key. */
export const PlacedCertificate = z.object({
  id: Id,
  name: z.string(),
  commonName: z.string().nullable(),
  /** DNS names and IP addresses. */
  names: z.array(z.string()),
  format: z.enum(['x509', 'openssh']),
  certificateDer: Base64,
  /** Issuer first. */
  chainDer: z.array(Base64),
  /** In the key vault; null: the key is elsewhere. */
  keyId: z.uuid().nullable(),
  fingerprintSha256: z.string(),
  status: z.enum(['valid', 'revoked', 'unknown']).nullable(),
  isDeleted: z.boolean(),
  notBefore: Timestamp,
  notAfter: Timestamp,
  owner: z.string(),
  userId: Id.nullable(),
  ownerRoleId: Id,
  roleIds: z.array(Id),
  externalId: z.string().nullable(),
  /** Certificates that it replaces, and that replace it. */
  replaces: z.array(Id),
  replacedBy: z.array(Id),
});
export type PlacedCertificate = z.output<typeof PlacedCertificate>;

/** In no order; those that do not exist are left out. */
export const readPlacedCertificates = query('rpc.issuer.certificate.placed', {
  input: z.object({ ids: z.array(Id).min(1).max(200) }),
  output: z.object({ certificates: z.array(PlacedCertificate) }),
  callers: ['deploy', 'discovery'],
});

/** Self-signed certificates of authorities that are active here, for checks of chains. */
export const listTrustAnchors = query('rpc.issuer.authority.anchors', {
  input: z.object({}),
  output: z.object({ certificatesDer: z.array(Base64) }),
  callers: ['discovery', 'deploy'],
});

export const ingestContracts = [ingestCertificates, readPlacedCertificates, listTrustAnchors] as const;
