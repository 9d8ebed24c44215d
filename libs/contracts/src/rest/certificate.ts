import { z } from 'zod';
import { PluginInput } from '../rpc/plugin.js';
import { DomainRecord, ShortCertificate } from '../rpc/certificate-record.js';
import { CrlReason, Id } from '../values.js';
import { CertificateCreateInput, CertificateEditInput, CertificateUploadInput } from './certificate-input.js';
import { bool, email, flag, idParam, int, text } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { PendingCertificateAnswer } from './pending-certificate.js';
import { AuthorityView, CertificateView, NestedDestination, NestedNotification, NestedSource, NestedUser } from './view.js';

const tag = 'certificates';
const byId = z.object({ id: idParam() });

const listParameters = z.object({
  ...listQuery,
  showExpired: int().optional(),
  short: bool().optional(),
  serial: text(128).optional(),
  timeRange: int({ min: 0, max: 10_000 }).optional(),
  destinationId: int({ min: 1 }).optional(),
  notificationId: int({ min: 1 }).optional(),
  show: text(64).optional(),
  owner: text(128).optional(),
  active: flag().optional(),
  rotation: flag().optional(),
  creator: text(128).optional(),
});

export const listCertificatesOperation = operation('listCertificates', 'GET', '/certificates', {
  tag,
  summary: 'The inventory, filtered, sorted and paged; long-expired certificates only with showExpired=1',
  access: 'authenticated',
  query: listParameters,
  response: z.union([listOf(CertificateView), listOf(ShortCertificate)]),
});

export const createCertificateOperation = operation('createCertificate', 'POST', '/certificates', {
  tag,
  summary: 'Issue a certificate; without a CSR the key is made and kept by the platform. From an authority that answers later: a pending certificate',
  access: 'writer',
  body: CertificateCreateInput,
  response: z.union([CertificateView, PendingCertificateAnswer]),
  errors: [404, 409, 412, 502, 504],
  takesIdempotencyKey: true,
});

export const uploadCertificateOperation = operation('uploadCertificate', 'POST', '/certificates/upload', {
  tag,
  summary: 'Take an existing certificate into the inventory',
  access: 'writer',
  body: CertificateUploadInput,
  response: CertificateView,
  errors: [409],
  takesIdempotencyKey: true,
});

export const listValidCertificatesOperation = operation('listValidCertificates', 'GET', '/certificates/valid', {
  tag,
  summary: 'Certificates of a name that are not expired, revoked or replaced',
  access: 'authenticated',
  query: z.object({
    filter: text(1_024).optional(),
    san: text(256).optional(),
    owner: text(128).optional(),
    count: int({ min: 0, max: 1_000 }).optional(),
    page: int({ min: 1 }).optional(),
  }),
  response: listOf(CertificateView),
  errors: [404],
});

export const certificateStatsOperation = operation('certificateStats', 'GET', '/certificates/stats', {
  tag,
  summary: 'How many certificates by key size, issuer, hash or end of life',
  access: 'authenticated',
  query: z.object({ metric: text(64).optional() }).loose(),
  response: z.object({ items: z.object({ labels: z.array(z.string()), values: z.array(z.int()) }), total: z.int() }),
});

export const getCertificateByNameOperation = operation('getCertificateByName', 'GET', '/certificates/name/{name}', {
  tag,
  summary: 'The certificate of exactly this name, as a list of none or one',
  access: 'authenticated',
  params: z.object({ name: z.string() }),
  query: z.object({ ...listQuery, owner: text(128).optional(), active: flag().optional(), rotation: flag().optional(), creator: text(128).optional(), timeRange: int().optional(), destinationId: int().optional(), show: text(64).optional() }),
  response: listOf(CertificateView),
});

const object = { tag, params: byId, errors: [404] } as const;

export const getCertificateOperation = operation('getCertificate', 'GET', '/certificates/{id}', {
  ...object,
  summary: 'One certificate',
  access: 'authenticated',
  response: CertificateView,
});
export const editCertificateOperation = operation('editCertificate', 'PUT', '/certificates/{id}', {
  ...object,
  summary: 'Replace owner, description, roles, flags and attachments; what is absent becomes empty, but flags and rotation policy stay',
  access: 'authenticated',
  body: CertificateEditInput,
  response: CertificateView,
  errors: [404, 409, 412],
});

const SwitchInput = z.object({ notify: bool().optional(), rotation: bool().optional() });
export const switchCertificateOperation = operation('switchCertificate', 'POST', '/certificates/{id}', {
  ...object,
  summary: 'Change the flags notify and rotation alone',
  access: 'authenticated',
  body: SwitchInput,
  response: CertificateView,
});
export const deleteCertificateOperation = operation('deleteCertificate', 'DELETE', '/certificates/{id}', {
  ...object,
  summary: 'Flag as deleted; only where deletion is allowed by configuration',
  access: 'authenticated',
  response: null,
  errors: [404, 405, 412],
});

const switches = '/certificates/{id}/update/switches';
export const getCertificateSwitchesOperation = operation('getCertificateSwitches', 'GET', switches, {
  ...object,
  summary: 'One certificate',
  access: 'authenticated',
  response: CertificateView,
});
export const putCertificateSwitchesOperation = operation('putCertificateSwitches', 'PUT', switches, {
  ...object,
  summary: 'The same as PUT on the certificate',
  access: 'authenticated',
  body: CertificateEditInput,
  response: CertificateView,
});
export const updateCertificateSwitchesOperation = operation('updateCertificateSwitches', 'POST', switches, {
  ...object,
  summary: 'Change the flags notify and rotation alone',
  access: 'authenticated',
  body: SwitchInput,
  response: CertificateView,
});
export const deleteCertificateSwitchesOperation = operation('deleteCertificateSwitches', 'DELETE', switches, {
  ...object,
  summary: 'The same as DELETE on the certificate',
  access: 'authenticated',
  response: null,
  errors: [404, 405, 412],
});
export const updateCertificateOwnerOperation = operation('updateCertificateOwner', 'POST', '/certificates/{id}/update/owner', {
  ...object,
  summary: 'Hand over to another owner; everything else stays',
  access: 'authenticated',
  body: z.object({ owner: email() }),
  response: CertificateView,
  errors: [404, 412],
});
export const describeCertificateOperation = operation('describeCertificate', 'PUT', '/certificates/{id}/description', {
  ...object,
  summary: 'Change the description',
  access: 'authenticated',
  body: z.object({ description: z.union([text(1_024), z.number().transform(String)]).nullable().optional() }),
  response: CertificateView,
});
export const viewCertificateKeyOperation = operation('viewCertificateKey', 'GET', '/certificates/{id}/key', {
  ...object,
  summary: 'The private key in PEM; recorded before it is answered',
  access: 'authenticated',
  response: z.object({ key: z.string().nullable() }),
  holdsSecret: true,
});
export const exportCertificateOperation = operation('exportCertificate', 'POST', '/certificates/{id}/export', {
  ...object,
  summary: 'Certificate, chain and key in the form an export plugin makes',
  access: 'authenticated',
  body: z.object({ plugin: PluginInput }),
  response: z.object({ extension: z.string(), passphrase: z.string().nullable(), data: z.string() }),
  holdsSecret: true,
});
export const revokeCertificateOperation = operation('revokeCertificate', 'PUT', '/certificates/{id}/revoke', {
  ...object,
  summary: 'Revoke; one that endpoints still present is refused without force',
  access: 'authenticated',
  body: z.object({ comments: text(1_024).nullish(), crlReason: CrlReason.default('unspecified'), force: bool().default(false) }),
  response: z.object({ id: Id }),
  errors: [404, 502, 504],
});
export const deactivateCertificateOperation = operation('deactivateCertificate', 'PUT', '/certificates/{id}/deactivate', {
  ...object,
  summary: 'Deactivate at the authority, where it knows such a thing',
  access: 'authenticated',
  response: z.object({ id: Id }),
  errors: [404, 502, 504],
});

const related = { ...object, access: 'authenticated' } as const;
export const listReplacementsOperation = operation('listReplacements', 'GET', '/certificates/{id}/replacements', {
  ...related,
  summary: 'Certificates that this one replaces',
  response: listOf(CertificateView),
});
export const getCertificateAuthorityOperation = operation('getCertificateAuthority', 'GET', '/certificates/{id}/authority', {
  ...related,
  summary: 'The issuing authority',
  response: AuthorityView,
});
export const getCertificateCreatorOperation = operation('getCertificateCreator', 'GET', '/certificates/{id}/creator', {
  ...related,
  summary: 'The user who made it',
  response: NestedUser.loose(),
});
export const listCertificateDomainsOperation = operation('listCertificateDomains', 'GET', '/certificates/{id}/domains', {
  ...related,
  summary: 'Its names',
  query: z.object(listQuery),
  response: listOf(DomainRecord),
});
export const listCertificateDestinationsOperation = operation('listCertificateDestinations', 'GET', '/certificates/{id}/destinations', {
  ...related,
  summary: 'Where it is deployed to',
  query: z.object(listQuery),
  response: listOf(NestedDestination),
});
export const listCertificateSourcesOperation = operation('listCertificateSources', 'GET', '/certificates/{id}/sources', {
  ...related,
  summary: 'Where it was found',
  query: z.object(listQuery),
  response: listOf(NestedSource),
});
export const listCertificateNotificationsOperation = operation('listCertificateNotifications', 'GET', '/certificates/{id}/notifications', {
  ...related,
  summary: 'Who is told before it ends',
  query: z.object(listQuery),
  response: listOf(NestedNotification),
});

export const certificateOperations = [
  listCertificatesOperation,
  createCertificateOperation,
  uploadCertificateOperation,
  listValidCertificatesOperation,
  certificateStatsOperation,
  getCertificateByNameOperation,
  getCertificateOperation,
  editCertificateOperation,
  switchCertificateOperation,
  deleteCertificateOperation,
  getCertificateSwitchesOperation,
  putCertificateSwitchesOperation,
  updateCertificateSwitchesOperation,
  deleteCertificateSwitchesOperation,
  updateCertificateOwnerOperation,
  describeCertificateOperation,
  viewCertificateKeyOperation,
  exportCertificateOperation,
  revokeCertificateOperation,
  deactivateCertificateOperation,
  listReplacementsOperation,
  getCertificateAuthorityOperation,
  getCertificateCreatorOperation,
  listCertificateDomainsOperation,
  listCertificateDestinationsOperation,
  listCertificateSourcesOperation,
  listCertificateNotificationsOperation,
] as const;
