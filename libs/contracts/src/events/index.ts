import { z } from 'zod';
import { AuditEntry } from '../audit.js';
import { event, type EventContract } from '../contract.js';
import { RoleRef } from '../principal.js';
import { CrlReason, Id, Timestamp } from '../values.js';
import { acmeEvents } from './acme.js';
import { deploymentEvents } from './deployment.js';
import { destinationEvents } from './destination.js';
import { discoveryEvents } from './discovery.js';
import { notificationEvents } from './notification.js';
import { renewalEvents } from './renewal.js';
import { taskEvents } from './task.js';

export * from './acme.js';
export * from './deployment.js';
export * from './destination.js';
export * from './discovery.js';
export * from './notification.js';
export * from './renewal.js';
export * from './task.js';

/** What other systems need to recognise a certificate. Never a key, never a secret. */
const CertificateFacts = z.object({
  id: Id,
  name: z.string(),
  owner: z.string(),
  commonName: z.string().nullable(),
  names: z.array(z.string()),
  authorityId: Id.nullable(),
  serialHex: z.string(),
  fingerprintSha256: z.string(),
  notBefore: Timestamp,
  notAfter: Timestamp,
  /** Ids of the certificates that this one takes the place of. */
  replaces: z.array(Id),
  roleIds: z.array(Id),
});
export type CertificateFacts = z.output<typeof CertificateFacts>;

export const certificateIssued = event('sifaka.v1.certificate.issued', {
  source: 'issuer',
  summary: 'An authority issued a certificate on request.',
  data: CertificateFacts.extend({
    /** Destinations that were asked for with it. */
    destinationIds: z.array(Id).default([]),
    /** Notifications that were asked for with it; none: those of its owner and of the security team. */
    notificationIds: z.array(Id).default([]),
    /** The certificate that it renews; null: it is no renewal. */
    renewedFromId: Id.nullable().default(null),
    /** The authority whose own certificate it is; null: of none. */
    ownAuthorityId: Id.nullable().default(null),
  }),
});
export const certificateImported = event('sifaka.v1.certificate.imported', {
  source: 'issuer',
  summary: 'A certificate that exists already was taken into the inventory.',
  data: CertificateFacts.extend({
    destinationIds: z.array(Id).default([]),
    notificationIds: z.array(Id).default([]),
    /** The authority whose own certificate it is; null: of none. */
    ownAuthorityId: Id.nullable().default(null),
    /** Source that found it; null: a person uploaded it. */
    sourceId: Id.nullable().default(null),
    /** E-mail address of the owner that the source names, where it is not the owner yet. */
    proposedOwner: z.string().nullable().default(null),
  }),
});
/** Of its own, beside `certificate.issued` and `.imported`: of many thousand certificates few name destinations, and whoever attaches them hears of those alone. */
export const certificateDestinationsRequested = event('sifaka.v1.certificate.destinations_requested', {
  source: 'issuer',
  summary: 'Destinations were asked for together with a certificate.',
  data: z.object({
    id: Id,
    fingerprintSha256: z.string(),
    destinationIds: z.array(Id).min(1),
    /** Whose rights decide whose place it may take there; null: it takes that of what it replaces alone. */
    requestedBy: z.object({ userId: Id, roles: z.array(RoleRef) }).nullable().default(null),
  }),
});
/** Of its own, beside `certificate.imported`, for the same reason. */
export const certificateOwnerProposed = event('sifaka.v1.certificate.owner_proposed', {
  source: 'issuer',
  summary: 'A certificate was found at a place that names another owner than its source has.',
  data: z.object({ id: Id, owner: z.string(), sourceId: Id, proposedOwner: z.string() }),
});
export const certificateUpdated = event('sifaka.v1.certificate.updated', {
  source: 'issuer',
  summary: 'Owner, description, roles, flags or replacements of a certificate changed.',
  data: CertificateFacts,
});
export const certificateRevoked = event('sifaka.v1.certificate.revoked', {
  source: 'issuer',
  summary: 'A certificate was revoked.',
  data: CertificateFacts.extend({
    crlReason: CrlReason,
    revokedAt: Timestamp,
    /** Whether its owner was to be told of it before. */
    notify: z.boolean().default(true),
  }),
});
export const certificateDeactivated = event('sifaka.v1.certificate.deactivated', {
  source: 'issuer',
  summary: 'A certificate was deactivated at its authority.',
  data: CertificateFacts,
});
export const certificateDeleted = event('sifaka.v1.certificate.deleted', {
  source: 'issuer',
  summary: 'A certificate was flagged as deleted.',
  data: CertificateFacts,
});
/** What is known of a certificate before it is there. */
const PendingFacts = z.object({
  pendingCertificateId: Id,
  name: z.string(),
  owner: z.string(),
  commonName: z.string().nullable(),
  names: z.array(z.string()),
  authorityId: Id,
  roleIds: z.array(Id),
});

export const certificatePending = event('sifaka.v1.certificate.pending', {
  source: 'issuer',
  summary: 'A certificate was asked of an authority that answers later.',
  data: PendingFacts.extend({ until: Timestamp }),
});
export const certificateFailed = event('sifaka.v1.certificate.failed', {
  source: 'issuer',
  summary: 'A pending certificate was given up: the authority refused it, or its time is over.',
  data: PendingFacts.extend({
    error: z.string(),
    attempts: z.int(),
    /** Whether its owner is to be told. */
    notify: z.boolean().default(true),
    /** The certificate that it was to renew: `certificate.renewal_failed` tells of that; null: it was no renewal. */
    renewalOf: Id.nullable().default(null),
  }),
});
export const certificateCancelled = event('sifaka.v1.certificate.cancelled', {
  source: 'issuer',
  summary: 'Somebody cancelled a pending certificate.',
  data: PendingFacts.extend({ note: z.string() }),
});

/** A signature in the key vault's journal that no certificate of the inventory answers to. */
export const signatureOrphaned = event('sifaka.v1.signature.orphaned', {
  source: 'issuer',
  summary: 'A signature was made whose certificate was never handed out, because the platform stopped in between.',
  data: z.object({ authorityId: Id.nullable(), serialHex: z.string(), signedAt: Timestamp }),
});

const AuthorityFacts = z.object({
  id: Id,
  name: z.string(),
  owner: z.string(),
  active: z.boolean(),
  issuer: z.string(),
  certificateId: Id,
  parentId: Id.nullable(),
  roleIds: z.array(Id),
});
export const authorityCreated = event('sifaka.v1.authority.created', {
  source: 'issuer',
  summary: 'An authority was created or imported.',
  data: AuthorityFacts,
});
export const authorityUpdated = event('sifaka.v1.authority.updated', {
  source: 'issuer',
  summary: 'Owner, description, state, options or roles of an authority changed.',
  data: AuthorityFacts,
});

const UserFacts = z.object({ id: Id, username: z.string(), email: z.string(), active: z.boolean(), roleIds: z.array(Id) });
export const userCreated = event('sifaka.v1.user.created', { source: 'gateway', summary: 'A user was created.', data: UserFacts });
export const userUpdated = event('sifaka.v1.user.updated', { source: 'gateway', summary: 'A user was changed.', data: UserFacts });

const RoleFacts = z.object({ id: Id, name: z.string(), description: z.string().nullable() });
export const roleCreated = event('sifaka.v1.role.created', { source: 'gateway', summary: 'A role was created.', data: RoleFacts });
export const roleUpdated = event('sifaka.v1.role.updated', { source: 'gateway', summary: 'A role or its members changed.', data: RoleFacts });
export const roleDeleted = event('sifaka.v1.role.deleted', { source: 'gateway', summary: 'A role was deleted.', data: RoleFacts });

export const auditRecorded = event('sifaka.v1.audit.recorded', {
  source: 'every',
  summary: 'Something was changed, or a key was seen: who, what, from where.',
  data: AuditEntry,
});

export const allEvents: readonly EventContract[] = [
  certificateIssued,
  certificateImported,
  certificateDestinationsRequested,
  certificateOwnerProposed,
  certificateUpdated,
  certificateRevoked,
  certificateDeactivated,
  certificateDeleted,
  certificatePending,
  certificateFailed,
  certificateCancelled,
  signatureOrphaned,
  authorityCreated,
  authorityUpdated,
  userCreated,
  userUpdated,
  roleCreated,
  roleUpdated,
  roleDeleted,
  auditRecorded,
  ...acmeEvents,
  ...destinationEvents,
  ...deploymentEvents,
  ...discoveryEvents,
  ...renewalEvents,
  ...notificationEvents,
  ...taskEvents,
];
