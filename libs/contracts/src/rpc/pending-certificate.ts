import { z } from 'zod';
import { command, query } from '../contract.js';
import { Id, Pem, Ref, Timestamp } from '../values.js';
import { AuthoritySummary } from './authority.js';
import { CertificateRecord, NestedCertificate, RotationPolicyRef } from './certificate-record.js';
import { Window } from './list.js';

/** `waiting` until it is one of the others; only `waiting` ones stand in the list. */
export const pendingStates = ['waiting', 'resolved', 'failed', 'cancelled'] as const;

/** A certificate that an authority will deliver later (rest-api §7); users and roles are ids, the gateway puts the objects in. */
export const PendingCertificateRecord = z.object({
  id: Id,
  name: z.string(),
  owner: z.string(),
  description: z.string().nullable(),
  notify: z.boolean(),
  active: z.boolean(),
  rotation: z.boolean(),
  rotationPolicy: RotationPolicyRef.nullable(),
  cn: z.string().nullable(),
  commonName: z.string(),
  /** Keeps its trailing newline, as in Lemur. */
  csr: Pem,
  chain: Pem.nullable(),
  externalId: z.string().nullable(),
  /** In words: what it waits for, or the last error. Null before anything happened. */
  status: z.string().nullable(),
  state: z.enum(pendingStates),
  settledBy: z.enum(['poll', 'order', 'upload']),
  numberAttempts: z.int(),
  lastError: z.string().nullable(),
  nextTryAt: Timestamp.nullable(),
  /** When it is given up. */
  until: Timestamp,
  resolved: z.boolean(),
  resolvedCertId: Id.nullable(),
  deleted: z.boolean(),
  hasPrivateKey: z.boolean(),
  names: z.array(z.string()),
  dateCreated: Timestamp,
  lastUpdated: Timestamp,
  authority: AuthoritySummary,
  dnsProviderId: Id.nullable(),
  destinationIds: z.array(Id).default([]),
  notificationIds: z.array(Id).default([]),
  replaces: z.array(NestedCertificate),
  userId: Id.nullable(),
  roleIds: z.array(Id),
});
export type PendingCertificateRecord = z.output<typeof PendingCertificateRecord>;

/** What comes of asking an authority: the certificate, or the promise of one. */
export const IssueAnswer = z.union([z.object({ certificate: CertificateRecord }), z.object({ pending: PendingCertificateRecord })]);
export type IssueAnswer = z.output<typeof IssueAnswer>;

export const listPendingCertificates = query('rpc.issuer.pending.list', {
  input: z.object({
    window: Window,
    /** `column;text`, or `column;true|false` (rest-api §1 and §7). */
    filter: z.string().max(1_024).nullable(),
    owner: z.string().max(128).nullable(),
    creatorIds: z.array(Id).max(1_000).nullable(),
    active: z.boolean().nullable().default(null),
    /** Show those of the caller's roles and own ones only. */
    isOwn: z.boolean(),
    ids: z.array(Id).max(1_000).nullable(),
    /** Null: waiting ones. */
    state: z.enum(pendingStates).nullable(),
  }),
  output: z.object({ items: z.array(PendingCertificateRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
});

export const getPendingCertificate = query('rpc.issuer.pending.get', {
  input: z.object({ id: Id }),
  output: PendingCertificateRecord,
  callers: ['gateway'],
  codes: ['not_found'],
});

export const updatePendingCertificate = command('rpc.issuer.pending.update', {
  input: z.object({
    id: Id,
    owner: z.string().max(128),
    ownerRoleId: Id,
    roleIds: z.array(Id).max(200),
    description: z.string().max(1_024),
    /** Null leaves the flag as it is. */
    notify: z.boolean().nullable(),
    rotation: z.boolean().nullable(),
    replaces: z.array(Ref).max(100),
    destinationIds: z.array(Id).max(200).default([]),
    notificationIds: z.array(Id).max(200).default([]),
  }),
  output: PendingCertificateRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition'],
  idempotent: true,
});

/** Cancels it at the issuer where that can be done, and forgets it. */
export const cancelPendingCertificate = command('rpc.issuer.pending.cancel', {
  input: z.object({ id: Id, note: z.string().max(1_024) }),
  output: z.object({ id: Id }),
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition', 'upstream_failed', 'upstream_timeout'],
  timeoutMs: 15_000,
});

export const viewPendingCertificateKey = command('rpc.issuer.pending.view_key', {
  input: z.object({ id: Id }),
  output: z.object({ key: Pem.nullable() }),
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied'],
  idempotent: true,
});

/** Brings the certificate by hand. It has to be for the requested key, and from the authority. */
export const uploadPendingCertificate = command('rpc.issuer.pending.upload', {
  input: z.object({ id: Id, body: z.string().max(65_536), chain: z.string().max(262_144).nullable(), externalId: z.string().max(128).nullable() }),
  output: PendingCertificateRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition', 'conflict'],
});

/** Asks the issuer now instead of at the next planned time; does not wait for its answer. */
export const retryPendingCertificate = command('rpc.issuer.pending.retry', {
  input: z.object({ id: Id }),
  output: PendingCertificateRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition'],
  idempotent: true,
});

export const pendingCertificateContracts = [
  listPendingCertificates,
  getPendingCertificate,
  updatePendingCertificate,
  cancelPendingCertificate,
  viewPendingCertificateKey,
  uploadPendingCertificate,
  retryPendingCertificate,
] as const;
