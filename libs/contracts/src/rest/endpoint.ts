import { z } from 'zod';
import { NestedCertificate } from '../rpc/certificate-record.js';
import { EndpointRecord, StartTlsProtocol } from '../rpc/endpoint.js';
import { bool, email, idParam, int, ref, text, title } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { Acknowledged } from './view.js';

const tag = 'endpoints';
const byId = z.object({ id: idParam() });

/** rest-api §12. `issues` holds what was found there and what is known of its certificate: expired, revoked, expiring, replaced, another than it should be. */
export const EndpointView = EndpointRecord.omit({ certificateId: true, certificates: true, expectedCertificateId: true, sourceLabel: true }).extend({
  /** Absent when it has no source. */
  sourceLabel: z.string().optional(),
  certificate: NestedCertificate.nullable(),
  /** All that it presents, the default one first. */
  certificates: z.array(NestedCertificate.extend({ isDefault: z.boolean() })),
  expectedCertificate: NestedCertificate.nullable(),
});
export type EndpointView = z.output<typeof EndpointView>;

export const EndpointInput = z.object({
  name: title(128),
  dnsname: title(256),
  port: int({ min: 1, max: 65_535 }).default(443),
  type: title(128).default('manual'),
  /** Left out: the one who makes it, or as it was. */
  owner: email().optional(),
  /** Left out: it is, or as it was. */
  active: bool().optional(),
  startTls: StartTlsProtocol.nullish(),
  serverName: text(256).nullish(),
  dnsAliases: z.array(text(256), { error: 'must be an array of names' }).max(100).default([]),
  /** The certificate that it should present; left out: as it was, null: whichever. */
  certificate: ref().nullish(),
  /** The destination that puts certificates there: rotation goes through it. */
  destination: ref(['label', 'name']).nullish(),
});

export const listEndpointsOperation = operation('listEndpoints', 'GET', '/endpoints', {
  tag,
  summary: 'Where certificates are presented to clients, and what is wrong there',
  access: 'authenticated',
  query: z.object({ ...listQuery, owner: text(128).optional(), certificateId: int({ min: 1 }).optional(), sourceId: int({ min: 1 }).optional() }),
  response: listOf(EndpointView),
});
export const getEndpointOperation = operation('getEndpoint', 'GET', '/endpoints/{id}', {
  tag,
  summary: 'One endpoint',
  access: 'authenticated',
  params: byId,
  response: EndpointView,
  errors: [404],
});
export const createEndpointOperation = operation('createEndpoint', 'POST', '/endpoints', {
  tag,
  summary: 'Add an endpoint by hand; what it presents is looked at in the background',
  access: 'writer',
  body: EndpointInput,
  response: EndpointView,
  errors: [409],
  takesIdempotencyKey: true,
});
export const updateEndpointOperation = operation('updateEndpoint', 'PUT', '/endpoints/{id}', {
  tag,
  summary: 'Replace an endpoint made by hand; of others owner, active flag and expected certificate. Administrators and its owner',
  access: 'writer',
  params: byId,
  body: EndpointInput,
  response: EndpointView,
  errors: [404, 409],
});
export const deleteEndpointOperation = operation('deleteEndpoint', 'DELETE', '/endpoints/{id}', {
  tag,
  summary: 'Delete an endpoint; one that a source still reports comes back. Administrators and its owner',
  access: 'writer',
  params: byId,
  response: Acknowledged,
});
export const checkEndpointOperation = operation('checkEndpoint', 'POST', '/endpoints/{id}/check', {
  tag,
  summary: 'Look at an endpoint now',
  access: 'writer',
  params: byId,
  response: EndpointView,
  errors: [404, 502, 504],
});

export const endpointOperations = [
  listEndpointsOperation,
  createEndpointOperation,
  getEndpointOperation,
  updateEndpointOperation,
  deleteEndpointOperation,
  checkEndpointOperation,
] as const;
