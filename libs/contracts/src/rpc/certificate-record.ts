import { z } from 'zod';
import { ExtensionsView } from '../extension.js';
import { CrlReason, Id, Pem, Timestamp } from '../values.js';
import { AuthoritySummary } from './authority.js';

export const CertificateStatus = z.enum(['valid', 'revoked', 'unknown']);

export const DomainRecord = z.object({ id: Id, name: z.string(), sensitive: z.boolean() });

/** `days` is all that Lemur's clients know; `hours` and `lifetimeFraction` are there where they count. */
export const RotationPolicyRef = z.object({ id: Id, days: z.int(), name: z.string().optional(), hours: z.int().optional(), lifetimeFraction: z.number().optional() });

/** `held`: until it is released, or revoked for good (RFC 5280 section 5.3.1, certificateHold). */
export const CertificateRevocation = z.object({ state: z.enum(['revoked', 'held']), reason: CrlReason.nullable(), at: Timestamp.nullable() });
export type CertificateRevocation = z.output<typeof CertificateRevocation>;

/** A certificate inside another answer (rest-api §6.1, nested certificate). */
export const NestedCertificate = z.object({
  id: Id,
  name: z.string(),
  owner: z.string(),
  description: z.string().nullable(),
  status: CertificateStatus.nullable(),
  bits: z.int().nullable(),
  body: Pem,
  chain: Pem.nullable(),
  csr: Pem.nullable(),
  active: z.boolean(),
  rotation: z.boolean(),
  notify: z.boolean(),
  rotationPolicy: RotationPolicyRef.nullable(),
  cn: z.string().nullable(),
  commonName: z.string(),
  notAfter: Timestamp,
  notBefore: Timestamp,
  validityStart: Timestamp,
  validityEnd: Timestamp,
  /** Always empty: Lemur's clients know the key, not the content. */
  issuer: z.object({}),
});
export type NestedCertificate = z.output<typeof NestedCertificate>;

/** The whole certificate as issuer-svc knows it; users and roles are ids, the gateway puts the objects in. */
export const CertificateRecord = NestedCertificate.omit({ issuer: true }).extend({
  issuer: z.string(),
  deleted: z.boolean(),
  hasPrivateKey: z.boolean(),
  externalId: z.string().nullable(),
  keyType: z.string().nullable(),
  /** Name of the hash: `sha256`. */
  signingAlgorithm: z.string().nullable(),
  /** True when there is more than one DNS or IP name, else null. */
  san: z.literal(true).nullable(),
  distinguishedName: z.string(),
  /** Decimal. */
  serial: z.string(),
  /** Upper case, no prefix, no padding. */
  serialHex: z.string(),
  dateCreated: Timestamp,
  authority: AuthoritySummary.nullable(),
  extensions: ExtensionsView,
  domains: z.array(DomainRecord),
  replaces: z.array(NestedCertificate),
  replacedBy: z.array(NestedCertificate),
  country: z.string().optional(),
  state: z.string().optional(),
  location: z.string().optional(),
  organization: z.string().optional(),
  organizationalUnit: z.string().optional(),
  /** Only where the status is `revoked`. */
  revocation: CertificateRevocation.optional(),
  /** Of the request, for the next order of the same certificate. */
  dnsProviderId: Id.nullable(),
  userId: Id.nullable(),
  roleIds: z.array(Id),
});
export type CertificateRecord = z.output<typeof CertificateRecord>;

/** `short=true` of the list. */
export const ShortCertificate = z.object({
  id: Id,
  name: z.string(),
  owner: z.string(),
  notify: z.boolean(),
  rotation: z.boolean(),
  authority: AuthoritySummary.nullable(),
  issuer: z.string(),
  cn: z.string().nullable(),
});
