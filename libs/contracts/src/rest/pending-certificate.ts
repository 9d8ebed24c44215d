import { z } from 'zod';
import { PendingCertificateRecord, pendingStates } from '../rpc/pending-certificate.js';
import { bool, email, flag, idParam, int, refs, text } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { NestedDestination, NestedDnsProvider, NestedNotification, NestedRole, NestedUser } from './view.js';

const tag = 'pending certificates';

export const PendingCertificateView = PendingCertificateRecord.omit({ userId: true, roleIds: true, destinationIds: true, notificationIds: true }).extend({
  user: NestedUser.nullable(),
  roles: z.array(NestedRole),
  destinations: z.array(NestedDestination),
  notifications: z.array(NestedNotification),
  dnsProvider: NestedDnsProvider.nullable(),
});
export type PendingCertificateView = z.output<typeof PendingCertificateView>;

/** What a request for a certificate is answered with when the certificate comes later: told from one by `resolved` (rest-api §6.3). */
export const PendingCertificateAnswer = PendingCertificateView.pick({
  active: true,
  authority: true,
  chain: true,
  cn: true,
  commonName: true,
  csr: true,
  dateCreated: true,
  deleted: true,
  description: true,
  destinations: true,
  dnsProviderId: true,
  externalId: true,
  id: true,
  name: true,
  notifications: true,
  notify: true,
  owner: true,
  replaces: true,
  resolved: true,
  resolvedCertId: true,
  roles: true,
  rotation: true,
  rotationPolicy: true,
  status: true,
  user: true,
});
export type PendingCertificateAnswer = z.output<typeof PendingCertificateAnswer>;

export const PendingCertificateEditInput = z.object({
  /** Needed, but asked for only after the right to edit, as for certificates. */
  owner: email().optional(),
  description: text(1_024).nullish(),
  notify: bool().optional(),
  rotation: bool().optional(),
  destinations: refs(['label', 'name']).default([]),
  notifications: refs(['label', 'name']).default([]),
  /** Deprecated spelling of `replaces`; wins when both are given. */
  replacements: refs().optional(),
  replaces: refs().default([]),
  roles: refs().default([]),
});

export const listPendingCertificatesOperation = operation('listPendingCertificates', 'GET', '/pending_certificates', {
  tag,
  summary: 'Certificates that authorities will deliver later: those that still wait, or those in another state',
  access: 'authenticated',
  query: z.object({
    ...listQuery,
    show: text(64).optional(),
    destinationId: int({ min: 1 }).optional(),
    /** Weeks; nothing is known of the end of a certificate that is not there, so it narrows nothing. */
    timeRange: int({ min: 0, max: 10_000 }).optional(),
    owner: text(128).optional(),
    active: flag().optional(),
    creator: text(128).optional(),
    state: z.enum(pendingStates, { error: `must be one of ${pendingStates.join(', ')}` }).optional(),
  }),
  response: listOf(PendingCertificateView),
});

const object = { tag, params: z.object({ id: idParam() }), errors: [404] } as const;

export const getPendingCertificateOperation = operation('getPendingCertificate', 'GET', '/pending_certificates/{id}', {
  ...object,
  summary: 'One pending certificate, also when it is resolved or was given up',
  access: 'authenticated',
  response: PendingCertificateView,
});

export const editPendingCertificateOperation = operation('editPendingCertificate', 'PUT', '/pending_certificates/{id}', {
  ...object,
  summary: 'Replace owner, description, roles, flags and attachments; what is absent becomes empty',
  access: 'authenticated',
  body: PendingCertificateEditInput,
  response: PendingCertificateView,
  errors: [404, 409, 412],
});

export const cancelPendingCertificateOperation = operation('cancelPendingCertificate', 'DELETE', '/pending_certificates/{id}', {
  ...object,
  summary: 'Cancel at the authority where that can be done, and forget; needs a JSON body, {} at least',
  access: 'authenticated',
  body: z.object({ note: text(1_024).nullish() }),
  response: null,
  errors: [404, 415, 502, 504],
});

export const viewPendingCertificateKeyOperation = operation('viewPendingCertificateKey', 'GET', '/pending_certificates/{id}/key', {
  ...object,
  summary: 'The private key in PEM; recorded before it is answered',
  access: 'authenticated',
  response: z.object({ key: z.string().nullable() }),
  holdsSecret: true,
});

export const uploadPendingCertificateOperation = operation('uploadPendingCertificate', 'POST', '/pending_certificates/{id}/upload', {
  ...object,
  summary: 'Bring the certificate by hand: for the requested key, and from the authority',
  access: 'writer',
  body: z.object({ body: text(65_536), chain: text(262_144).nullish(), externalId: text(128).nullish() }),
  response: PendingCertificateView,
  errors: [404, 409],
});

export const retryPendingCertificateOperation = operation('retryPendingCertificate', 'POST', '/pending_certificates/{id}/retry', {
  ...object,
  summary: 'Ask the authority now instead of at the next planned time',
  access: 'authenticated',
  response: PendingCertificateView,
});

export const pendingCertificateOperations = [
  listPendingCertificatesOperation,
  getPendingCertificateOperation,
  editPendingCertificateOperation,
  cancelPendingCertificateOperation,
  viewPendingCertificateKeyOperation,
  uploadPendingCertificateOperation,
  retryPendingCertificateOperation,
] as const;
