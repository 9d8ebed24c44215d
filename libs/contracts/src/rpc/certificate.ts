import { z } from 'zod';
import { command, query } from '../contract.js';
import { ExtensionsInput } from '../extension.js';
import { CrlReason, Id, Pem, Ref } from '../values.js';
import { SubjectParts, ValidityInput } from './authority.js';
import { certificateStats, getCertificate, listCertificates, listShortCertificates, listValidCertificates } from './certificate-reading.js';
import { CertificateRecord } from './certificate-record.js';
import { IssueAnswer } from './pending-certificate.js';
import { PluginInput } from './plugin.js';

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
    /** Resolved and found fit by deploy-svc; it hears of them with `certificate.issued`. */
    destinationIds: z.array(Id).max(200).default([]),
    /** Resolved by notify-svc; none: those of the owner and of the security team. */
    notificationIds: z.array(Id).max(200).default([]),
    /** For the DNS-01 challenges of an ACME order; null: found by zone. */
    dnsProviderId: Id.nullable().default(null),
  }),
  output: IssueAnswer,
  callers: ['gateway'],
  codes: ['permission_denied', 'failed_precondition', 'conflict', 'rate_limited', 'upstream_failed', 'upstream_timeout'],
  // Longer than an outside CA usually takes, and short enough that callers of a service that was killed learn of it: what comes later is on record.
  timeoutMs: 20_000,
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
    /** Absent or null: no policy. */
    rotationPolicy: Ref.nullable().optional(),
    replaces: z.array(Ref).max(100),
    destinationIds: z.array(Id).max(200).default([]),
    /** Resolved by notify-svc; none: those of the owner and of the security team. */
    notificationIds: z.array(Id).max(200).default([]),
    /** As when issuing: the same key with the same caller gives the same certificate again (64 hex characters). */
    requestKey: z.string().length(64).nullable().default(null),
  }),
  output: CertificateRecord,
  callers: ['gateway'],
  codes: ['permission_denied', 'already_exists', 'conflict', 'failed_precondition'],
});

export const updateCertificate = command('rpc.issuer.certificate.update', {
  input: z.object({
    id: Id,
    ...OwnerAndRoles.shape,
    description: z.string().max(1_024),
    /** Null leaves the flag as it is. */
    notify: z.boolean().nullable(),
    rotation: z.boolean().nullable(),
    /** Absent leaves it as it is; null is the policy `default`, by which one without any goes already. */
    rotationPolicy: Ref.nullable().optional(),
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
  output: z.object({ id: Id, owner: z.string(), deleted: z.boolean(), hasPrivateKey: z.boolean().default(false), format: z.enum(['x509', 'openssh']).default('x509') }),
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
] as const;
