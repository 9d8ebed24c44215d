import { limits } from '@sifaka/kernel';
import { z } from 'zod';
import { command, query } from '../contract.js';
import { Id, Timestamp } from '../values.js';
import { Window } from './list.js';

/** Protocols whose connections begin in the clear. */
const startTlsProtocols = ['smtp', 'imap', 'pop3', 'ftp', 'ldap', 'postgres', 'mysql', 'xmpp'] as const;
export const StartTlsProtocol = z.enum(startTlsProtocols, { error: `must be one of ${startTlsProtocols.join(', ')}` });

/** What Lemur's clients know as deprecated among the ciphers of a policy (domain-rules EP-1); TLS 1.1 is an issue of its own (RFC 8996). */
export const deprecatedCiphers: readonly string[] = ['Protocol-SSLv2', 'Protocol-SSLv3', 'Protocol-TLSv1'];

export const CipherPolicy = z.object({ id: Id, name: z.string(), ciphers: z.array(z.object({ id: Id, name: z.string(), deprecated: z.boolean() })) });

/** Something about an endpoint that somebody should look at. Those of its certificate's state are added where that is known. */
export const EndpointIssue = z.object({ name: z.string(), value: z.string() });
export type EndpointIssue = z.output<typeof EndpointIssue>;

/** Where a certificate is presented to clients (rest-api §12); certificates are ids, the gateway puts the objects in. */
export const EndpointRecord = z.object({
  id: Id,
  name: z.string(),
  dnsname: z.string(),
  port: z.int(),
  dnsAliases: z.array(z.string()),
  /** Null: made by hand, named by a destination, or its source was deleted. */
  sourceId: Id.nullable(),
  sourceLabel: z.string().nullable(),
  /** Destination whose uploads it serves. */
  destinationId: Id.nullable(),
  isManual: z.boolean(),
  owner: z.string().nullable(),
  type: z.string(),
  active: z.boolean(),
  certificatePath: z.string().nullable(),
  registryType: z.string().nullable(),
  startTls: StartTlsProtocol.nullable(),
  serverName: z.string().nullable(),
  /** What it presents by default; null: not seen yet, or it presents none. */
  certificateId: Id.nullable(),
  /** All that it presents, the default one first. */
  certificates: z.array(z.object({ certificateId: Id, isDefault: z.boolean() })),
  /** What it should present, where somebody said so. */
  expectedCertificateId: Id.nullable(),
  policy: CipherPolicy.nullable(),
  /** As found when it was looked at. */
  issues: z.array(EndpointIssue),
  /** What changes its certificate: the source that watches it, or the destination that it serves from. */
  rotatesBy: z.enum(['source', 'destination']).nullable(),
  lastCheckedAt: Timestamp.nullable(),
  lastError: z.string().nullable(),
  /** Since when its source does not report it any more; it goes some hours later (domain-rules SY-10). */
  missingSince: Timestamp.nullable(),
  dateCreated: Timestamp,
  lastUpdated: Timestamp,
});
export type EndpointRecord = z.output<typeof EndpointRecord>;

export const listEndpoints = query('rpc.discovery.endpoint.list', {
  input: z.object({
    window: Window,
    /** As in rest-api §12: `active`, `port`, `ciphers`, `source`, name with aliases, else a column. */
    filter: z.string().max(1_024).nullable(),
    owner: z.string().max(128).nullable(),
    certificateId: Id.nullable(),
    sourceId: Id.nullable(),
    ids: z.array(Id).max(1_000).nullable(),
  }),
  output: z.object({ items: z.array(EndpointRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
  codes: ['invalid_argument'],
});

export const getEndpoint = query('rpc.discovery.endpoint.get', {
  input: z.object({ id: Id }),
  output: EndpointRecord,
  callers: ['gateway'],
  codes: ['not_found'],
});

const manual = {
  name: z.string().min(1).max(128),
  dnsname: z.string().min(1).max(256),
  port: z.int().min(1).max(65_535),
  type: z.string().min(1).max(128),
  owner: z.string().max(128),
  ownerRoleId: Id,
  active: z.boolean(),
  startTls: StartTlsProtocol.nullable(),
  /** Null: the DNS name, unless that is an address. */
  serverName: z.string().max(256).nullable(),
  dnsAliases: z.array(z.string().max(256)).max(100),
  expectedCertificateId: Id.nullable(),
  /** The destination that puts certificates there: rotation goes through it. */
  destinationId: Id.nullable(),
};

/** An endpoint made by hand; it is looked at in the background, then by schedule. */
export const createEndpoint = command('rpc.discovery.endpoint.create', {
  input: z.object(manual),
  output: EndpointRecord,
  callers: ['gateway'],
  codes: ['permission_denied', 'already_exists', 'failed_precondition'],
});

/** Everything of one made by hand; of others owner, active flag and expected certificate alone. */
export const updateEndpoint = command('rpc.discovery.endpoint.update', {
  input: z.object({ id: Id, ...manual }),
  output: EndpointRecord,
  callers: ['gateway'],
  codes: ['permission_denied', 'not_found', 'already_exists', 'failed_precondition'],
  idempotent: true,
});

/** One that a source still reports comes back with its next run. */
export const deleteEndpoint = command('rpc.discovery.endpoint.delete', {
  input: z.object({ id: Id }),
  output: z.object({ isDeleted: z.boolean() }),
  callers: ['gateway'],
  codes: ['permission_denied'],
  idempotent: true,
});

/** Looks at it now and waits for what is seen. */
export const checkEndpoint = command('rpc.discovery.endpoint.check', {
  input: z.object({ id: Id }),
  output: EndpointRecord,
  callers: ['gateway'],
  codes: ['permission_denied', 'not_found', 'upstream_failed', 'upstream_timeout'],
  idempotent: true,
  timeoutMs: 28_000,
});

/** Endpoints that present certificates, for views. */
export const findEndpoints = query('rpc.discovery.endpoint.find', {
  input: z.object({ certificateIds: z.array(Id).min(1).max(limits.listCount) }),
  output: z.object({
    endpoints: z.array(
      z.object({ certificateId: Id, id: Id, name: z.string(), dnsname: z.string(), port: z.int(), owner: z.string().nullable(), type: z.string(), active: z.boolean() }),
    ),
  }),
  callers: ['gateway', 'deploy'],
});

/** Asks every endpoint on record for these certificates whether it presents them now: the source where that can tell, else by TLS. */
export const checkServed = query('rpc.discovery.endpoint.served', {
  input: z.object({ certificateIds: z.array(Id).min(1).max(100) }),
  output: z.object({
    endpoints: z.array(
      z.object({
        id: Id,
        certificateId: Id,
        name: z.string(),
        dnsname: z.string(),
        port: z.int(),
        /** Null: it could not be asked. */
        isServed: z.boolean().nullable(),
        detail: z.string(),
      }),
    ),
  }),
  callers: ['gateway'],
  timeoutMs: 20_000,
});

/** An endpoint with what a rotation needs to know of it. */
export const RotatableEndpoint = EndpointRecord.extend({
  /** Certificate store that it serves from; see `Destination.store` of the plugin SDK. */
  store: z.string().nullable(),
  scope: z.string(),
});
export type RotatableEndpoint = z.output<typeof RotatableEndpoint>;

/** Active endpoints that a rotation is about, in the order of their ids; `afterId` reads on. */
export const findRotatable = query('rpc.discovery.endpoint.rotatable', {
  input: z.object({
    endpointIds: z.array(Id).max(1_000).nullable(),
    certificateIds: z.array(Id).max(1_000).nullable(),
    sourceId: Id.nullable(),
    region: z.string().max(64).nullable(),
    afterId: z.int().min(0),
    limit: z.int().min(1).max(1_000),
  }),
  output: z.object({ endpoints: z.array(RotatableEndpoint) }),
  callers: ['deploy'],
});

const StoredCertificate = z.object({ certificateId: Id, name: z.string(), externalId: z.string().nullable(), fingerprint: z.string() });

/** Makes an endpoint present `to` in place of `from`, through its source. Its row changes with `confirmEndpoint`. */
export const pointEndpoint = command('rpc.discovery.endpoint.point', {
  input: z.object({ id: Id, from: StoredCertificate, to: StoredCertificate }),
  output: z.object({ id: Id }),
  callers: ['deploy'],
  codes: ['not_found', 'permission_denied', 'failed_precondition', 'conflict', 'rate_limited', 'upstream_failed', 'upstream_timeout'],
  idempotent: true,
  timeoutMs: 60_000,
});

/** Whether an endpoint presents a certificate now: asked as for `checkServed`. */
export const askEndpoint = query('rpc.discovery.endpoint.ask', {
  input: z.object({ id: Id, certificateId: Id }),
  output: z.object({ isServed: z.boolean().nullable(), detail: z.string() }),
  callers: ['deploy'],
  codes: ['not_found'],
  timeoutMs: 30_000,
});

/** Records that an endpoint presents another certificate now. */
export const confirmEndpoint = command('rpc.discovery.endpoint.confirm', {
  input: z.object({ id: Id, fromCertificateId: Id.nullable(), toCertificateId: Id }),
  output: z.object({ id: Id }),
  callers: ['deploy'],
  codes: ['not_found'],
  idempotent: true,
});

/** Takes a certificate out of a source's place, where its plugin can do that. */
export const removeFromSource = command('rpc.discovery.source.remove_certificate', {
  input: z.object({ sourceId: Id, certificate: StoredCertificate }),
  output: z.object({ isRemoved: z.boolean() }),
  callers: ['deploy'],
  codes: ['not_found', 'permission_denied', 'failed_precondition', 'conflict', 'rate_limited', 'upstream_failed', 'upstream_timeout'],
  idempotent: true,
  timeoutMs: 60_000,
});

export const endpointContracts = [
  listEndpoints,
  getEndpoint,
  createEndpoint,
  updateEndpoint,
  deleteEndpoint,
  checkEndpoint,
  findEndpoints,
  checkServed,
  findRotatable,
  pointEndpoint,
  askEndpoint,
  confirmEndpoint,
  removeFromSource,
] as const;
