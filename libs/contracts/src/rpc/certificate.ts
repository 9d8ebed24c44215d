import { z } from 'zod';
import { command, query } from '../contract.js';
import { ExtensionsInput, ExtensionsView } from '../extension.js';
import { CrlReason, Id, Pem, Ref, Timestamp } from '../values.js';
import { AuthoritySummary, SubjectParts, ValidityInput } from './authority.js';
import { Window } from './list.js';
import { PluginInput } from './plugin.js';

export const CertificateStatus = z.enum(['valid', 'revoked', 'unknown']);

export const DomainRecord = z.object({ id: Id, name: z.string(), sensitive: z.boolean() });

export const RotationPolicyRef = z.object({ id: Id, days: z.int() });

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

const OwnerAndRoles = z.object({
  owner: z.string().max(128),
  /** Role of the owner, made ready by the gateway; always attached. */
  ownerRoleId: Id,
  roleIds: z.array(Id).max(200),
});

const Naming = z.object({ name: z.string().max(10_000).nullable(), description: z.string().max(1_024).nullable() });

export const issueCertificate = command('rpc.issuer.certificate.issue', {
  input: z.object({
    ...OwnerAndRoles.shape,
    ...Naming.shape,
    ...SubjectParts.shape,
    ...ValidityInput.shape,
    authority: Ref,
    commonName: z.string().max(64),
    keyType: z.string().max(32).nullable(),
    csr: z.string().max(65_536).nullable(),
    /** `sha256`, `sha384`, `sha512` or a Lemur spelling of it; null takes what fits the authority's key. */
    signingAlgorithm: z.string().max(32).nullable(),
    extensions: ExtensionsInput,
    notify: z.boolean(),
    rotation: z.boolean(),
    /** Null: no policy. */
    rotationPolicy: Ref.nullable(),
    replaces: z.array(Ref).max(100),
    /** The same key with the same caller gives the same certificate again (64 hex characters). */
    requestKey: z.string().length(64).nullable(),
  }),
  output: CertificateRecord,
  callers: ['gateway', 'acme'],
  codes: ['permission_denied', 'failed_precondition', 'conflict', 'upstream_failed', 'upstream_timeout'],
  timeoutMs: 15_000,
});

export const uploadCertificate = command('rpc.issuer.certificate.upload', {
  input: z.object({
    ...OwnerAndRoles.shape,
    ...Naming.shape,
    body: z.string().max(65_536),
    chain: z.string().max(262_144).nullable(),
    privateKey: z.string().max(65_536).nullable(),
    csr: z.string().max(65_536).nullable(),
    authority: Ref.nullable(),
    externalId: z.string().max(128).nullable(),
    notify: z.boolean(),
    replaces: z.array(Ref).max(100),
  }),
  output: CertificateRecord,
  callers: ['gateway'],
  codes: ['permission_denied', 'already_exists', 'failed_precondition'],
});

export const getCertificate = query('rpc.issuer.certificate.get', {
  input: z.object({ id: Id }),
  output: CertificateRecord,
  callers: ['gateway', 'deploy', 'discovery', 'notify'],
  codes: ['not_found'],
});

const CertificateListInput = z.object({
  window: Window,
  filter: z.string().max(1_024).nullable(),
  ids: z.array(Id).max(1_000).nullable(),
  /** Exact name, case-sensitive. */
  name: z.string().max(256).nullable(),
  /** Decimal, 0x hex or colon-separated hex. */
  serial: z.string().max(128).nullable(),
  showExpired: z.boolean(),
  /** Weeks from today in which it ends. */
  timeRange: z.int().min(0).max(10_000).nullable(),
  destinationId: Id.nullable(),
  notificationId: Id.nullable(),
  owner: z.string().max(128).nullable(),
  active: z.boolean().nullable(),
  rotation: z.boolean().nullable(),
  creatorIds: z.array(Id).max(1_000).nullable(),
  authorityId: Id.nullable(),
});
export type CertificateListInput = z.output<typeof CertificateListInput>;

export const listCertificates = query('rpc.issuer.certificate.list', {
  input: CertificateListInput,
  output: z.object({ items: z.array(CertificateRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway', 'deploy', 'discovery', 'notify'],
  timeoutMs: 10_000,
});

export const listShortCertificates = query('rpc.issuer.certificate.list_short', {
  input: CertificateListInput,
  output: z.object({ items: z.array(ShortCertificate), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
  timeoutMs: 10_000,
});

/** Not expired (by date), not revoked, not replaced; newest first when paged. */
export const listValidCertificates = query('rpc.issuer.certificate.list_valid', {
  input: z.object({
    cn: z.string().max(256),
    san: z.string().max(256).nullable(),
    owner: z.string().max(128).nullable(),
    window: Window.nullable(),
  }),
  output: z.object({ items: z.array(CertificateRecord), total: z.int() }),
  callers: ['gateway'],
  timeoutMs: 10_000,
});

export const certificateStats = query('rpc.issuer.certificate.stats', {
  input: z.object({ metric: z.enum(['bits', 'issuer', 'not_after', 'signing_algorithm']) }),
  output: z.object({ labels: z.array(z.string()), values: z.array(z.int()) }),
  callers: ['gateway'],
});

export const updateCertificate = command('rpc.issuer.certificate.update', {
  input: z.object({
    id: Id,
    ...OwnerAndRoles.shape,
    description: z.string().max(1_024),
    /** Null leaves the flag as it is. */
    notify: z.boolean().nullable(),
    rotation: z.boolean().nullable(),
    replaces: z.array(Ref).max(100),
  }),
  output: CertificateRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied'],
  idempotent: true,
});

export const switchCertificate = command('rpc.issuer.certificate.switch', {
  input: z.object({ id: Id, notify: z.boolean().nullable(), rotation: z.boolean().nullable() }),
  output: CertificateRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied'],
  idempotent: true,
});

export const changeCertificateOwner = command('rpc.issuer.certificate.change_owner', {
  input: z.object({ id: Id, owner: z.string().max(128), ownerRoleId: Id }),
  output: CertificateRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied'],
  idempotent: true,
});

export const describeCertificate = command('rpc.issuer.certificate.describe', {
  /** Null changes nothing. */
  input: z.object({ id: Id, description: z.string().max(1_024).nullable() }),
  output: CertificateRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied'],
  idempotent: true,
});

/** Asks whether the caller may change the certificate, before a body is even looked at (rest-api §6.5 order of checks). */
export const authorizeCertificateWrite = query('rpc.issuer.certificate.authorize_write', {
  input: z.object({ id: Id }),
  output: z.object({ id: Id, owner: z.string(), deleted: z.boolean() }),
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied'],
});

export const deleteCertificate = command('rpc.issuer.certificate.delete', {
  input: z.object({ id: Id }),
  output: z.object({ id: Id }),
  callers: ['gateway'],
  /** failed_precondition, reason `certificate.already_deleted`: 412. */
  codes: ['not_found', 'permission_denied', 'failed_precondition'],
});

/** The private key in its traditional PEM form; recorded before it is returned. */
export const viewCertificateKey = command('rpc.issuer.certificate.view_key', {
  input: z.object({ id: Id }),
  output: z.object({ key: Pem.nullable() }),
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied'],
  idempotent: true,
});

export const exportCertificate = command('rpc.issuer.certificate.export', {
  input: z.object({ id: Id, plugin: PluginInput }),
  output: z.object({ extension: z.string(), passphrase: z.string().nullable(), data: z.base64() }),
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition'],
  timeoutMs: 15_000,
});

export const revokeCertificate = command('rpc.issuer.certificate.revoke', {
  input: z.object({ id: Id, comments: z.string().max(1_024).nullable(), crlReason: CrlReason }),
  output: z.object({ id: Id }),
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition', 'upstream_failed'],
  timeoutMs: 15_000,
});

export const deactivateCertificate = command('rpc.issuer.certificate.deactivate', {
  input: z.object({ id: Id }),
  output: z.object({ id: Id }),
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition', 'upstream_failed'],
});

export const listReplacements = query('rpc.issuer.certificate.replacements', {
  input: z.object({ id: Id }),
  output: z.object({ items: z.array(CertificateRecord) }),
  callers: ['gateway'],
  codes: ['not_found'],
});

export const certificateContracts = [
  issueCertificate,
  uploadCertificate,
  getCertificate,
  listCertificates,
  listShortCertificates,
  listValidCertificates,
  certificateStats,
  updateCertificate,
  switchCertificate,
  changeCertificateOwner,
  describeCertificate,
  authorizeCertificateWrite,
  deleteCertificate,
  viewCertificateKey,
  exportCertificate,
  revokeCertificate,
  deactivateCertificate,
  listReplacements,
] as const;
