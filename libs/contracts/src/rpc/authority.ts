import { z } from 'zod';
import { command, query } from '../contract.js';
import { ExtensionsInput } from '../extension.js';
import { Id, Pem, Ref, Timestamp } from '../values.js';
import { Window } from './list.js';
import { PluginInput, PluginView } from './plugin.js';

/** Subject parts of a request: absent takes the configured default, an empty string leaves the part out. */
export const SubjectParts = z.object({
  organization: z.string().max(64).optional(),
  organizationalUnit: z.string().max(64).optional(),
  country: z.string().max(2).optional(),
  state: z.string().max(128).optional(),
  location: z.string().max(128).optional(),
});

export const ValidityInput = z.object({
  validityStart: Timestamp.nullish(),
  validityEnd: Timestamp.nullish(),
  /** Calendar years from now; a truthy value wins over the two dates. */
  validityYears: z.int().min(0).max(100).nullish(),
});

/** An authority inside another answer (rest-api §5, nested authority). */
export const AuthoritySummary = z.object({
  id: Id,
  name: z.string(),
  owner: z.string(),
  description: z.string().nullable(),
  active: z.boolean(),
  plugin: PluginView,
  isCabCompliant: z.boolean().nullable(),
  isCnOptional: z.boolean(),
  maxIssuanceDays: z.int().nullable(),
  defaultValidityDays: z.int(),
  authorityCertificate: z.object({ notBefore: Timestamp, notAfter: Timestamp }),
});
export type AuthoritySummary = z.output<typeof AuthoritySummary>;

/** The whole authority; users and roles are ids here, the gateway puts the objects in. */
export const AuthorityRecord = AuthoritySummary.extend({
  /** Lemur's form: JSON text of an array of option objects. Secret values are null. */
  options: z.string().nullable(),
  roleIds: z.array(Id),
  userId: Id.nullable(),
  parentId: Id.nullable(),
  authorityCertificate: z.object({
    id: Id,
    name: z.string(),
    owner: z.string(),
    description: z.string().nullable(),
    active: z.boolean(),
    status: z.boolean().nullable(),
    bits: z.int().nullable(),
    cn: z.string().nullable(),
    body: Pem,
    chain: Pem.nullable(),
    notBefore: Timestamp,
    notAfter: Timestamp,
    userId: Id.nullable(),
  }),
});
export type AuthorityRecord = z.output<typeof AuthorityRecord>;

/** Roles that the gateway made ready for a new authority (domain-rules AU-2). */
const GeneratedRoles = z.object({ ownerRoleId: Id, adminRoleId: Id, operatorRoleId: Id });

export const createAuthority = command('rpc.issuer.authority.create', {
  input: z.object({
    name: z.string().min(1).max(128),
    owner: z.string().max(128),
    description: z.string().max(1_024).nullable(),
    commonName: z.string().max(64),
    ...SubjectParts.shape,
    ...ValidityInput.shape,
    plugin: PluginInput,
    type: z.enum(['root', 'subca']),
    parent: Ref.nullable(),
    signingAlgorithm: z.string().max(32),
    keyType: z.string().max(32),
    extensions: ExtensionsInput,
    roleIds: z.array(Id).max(200),
    ...GeneratedRoles.shape,
  }),
  output: AuthorityRecord,
  callers: ['gateway'],
  codes: ['already_exists', 'permission_denied', 'failed_precondition', 'upstream_failed', 'upstream_timeout', 'rate_limited'],
  timeoutMs: 30_000,
});

/** Takes an existing CA, with its certificate, chain and private key, into service. */
export const importAuthority = command('rpc.issuer.authority.import', {
  input: z.object({
    name: z.string().min(1).max(128),
    owner: z.string().max(128),
    description: z.string().max(1_024).nullable(),
    body: z.string().max(65_536),
    chain: z.string().max(262_144).nullable(),
    privateKey: z.string().max(65_536),
    roleIds: z.array(Id).max(200),
    ...GeneratedRoles.shape,
  }),
  output: AuthorityRecord,
  callers: ['gateway'],
  codes: ['already_exists', 'permission_denied', 'failed_precondition'],
  timeoutMs: 15_000,
});

export const updateAuthority = command('rpc.issuer.authority.update', {
  input: z.object({
    id: Id,
    owner: z.string().max(128),
    ownerRoleId: Id,
    description: z.string().max(1_024).nullable(),
    active: z.boolean(),
    roleIds: z.array(Id).max(200),
    /** JSON text; null leaves the stored options as they are. */
    options: z.string().max(65_536).nullable(),
  }),
  output: AuthorityRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'conflict', 'failed_precondition', 'upstream_failed', 'upstream_timeout', 'rate_limited'],
  idempotent: true,
  /** New options are proven at the other side first. */
  timeoutMs: 25_000,
});

export const getAuthority = query('rpc.issuer.authority.get', {
  input: z.object({ ref: Ref }),
  output: AuthorityRecord,
  callers: ['gateway', 'discovery', 'deploy', 'notify'],
  codes: ['not_found'],
});

/** Key revocation list of an SSH authority (PROTOCOL.krl): what it says is no secret, and sshd's hosts fetch it. */
export const readKeyRevocationList = query('rpc.issuer.authority.read_krl', {
  input: z.object({ id: Id }),
  /** `version` grows with every revocation. */
  output: z.object({ krl: z.base64(), version: z.string().max(20), updatedAt: Timestamp }),
  callers: ['gateway'],
  codes: ['not_found', 'failed_precondition'],
});

/** Authorities that the caller may see: all for administrators, else created by the caller or shared through a role. */
export const listAuthorities = query('rpc.issuer.authority.list', {
  input: z.object({ window: Window, filter: z.string().max(1_024).nullable(), owner: z.string().nullable(), ids: z.array(Id).max(1_000).nullable() }),
  output: z.object({ items: z.array(AuthorityRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
});

/** Nested authorities of a set of roles or of one issuing certificate, for composition. */
/** Authorities that any of the roles is attached to, in the order of their ids and as many as fit a message; `next` reads on. */
export const listAuthoritySummaries = query('rpc.issuer.authority.summaries', {
  input: z.object({ roleIds: z.array(Id).max(1_000), afterId: z.int().min(0) }),
  output: z.object({ items: z.array(AuthoritySummary.extend({ roleIds: z.array(Id) })), next: Id.nullable() }),
  callers: ['gateway'],
});

export const visualizeAuthority = query('rpc.issuer.authority.visualize', {
  input: z.object({ id: Id }),
  output: z.object({ name: z.string(), children: z.array(z.object({ name: z.string() })) }),
  callers: ['gateway'],
  codes: ['not_found'],
});

/** What still refers to a role: a role in use is not deleted. */
export const countRoleUses = query('rpc.issuer.role.uses', {
  input: z.object({ roleId: Id }),
  output: z.object({ certificates: z.int(), authorities: z.int() }),
  callers: ['gateway'],
});

export const authorityContracts = [
  createAuthority,
  importAuthority,
  updateAuthority,
  getAuthority,
  listAuthorities,
  listAuthoritySummaries,
  visualizeAuthority,
  readKeyRevocationList,
  countRoleUses,
] as const;

