import { z } from 'zod';
import { ExtensionsInput } from '../extension.js';
import { PluginInput } from '../rpc/plugin.js';
import { bool, dateTime, email, idParam, int, ref, refs, text, title } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { AuthorityView, NestedRole } from './view.js';

const tag = 'authorities';
const byId = z.object({ id: idParam() });

export const signingAlgorithms = [
  'sha256WithRSA',
  'sha384WithRSA',
  'sha512WithRSA',
  'sha1WithRSA',
  'sha256WithECDSA',
  'SHA384withECDSA',
  'SHA512withECDSA',
  'sha384WithECDSA',
  'sha512WithECDSA',
] as const;

export const AuthorityCreateInput = z
  .object({
    name: title(128),
    owner: email(),
    description: text(1_024).nullish(),
    commonName: title(64),
    validityStart: dateTime().nullish(),
    validityEnd: dateTime().nullish(),
    validityYears: int({ min: 0, max: 100 }).nullish(),
    organization: text(64).optional(),
    organizationalUnit: text(64).optional(),
    country: text(2).optional(),
    state: text(128).optional(),
    location: text(128).optional(),
    email: text(128).nullish(),
    plugin: PluginInput,
    type: z.enum(['root', 'subca'], { error: 'must be "root" or "subca"' }).default('root'),
    parent: ref().nullish(),
    signingAlgorithm: z.enum(signingAlgorithms, { error: `must be one of ${signingAlgorithms.join(', ')}` }).default('sha256WithRSA'),
    keyType: text(32).default('RSA2048'),
    /** Accepted for Lemur's clients; means nothing here: keys live in the key vault, serials are random. */
    keyName: text(256).nullish(),
    sensitivity: z.enum(['medium', 'high']).default('medium'),
    firstSerial: int().optional(),
    serialNumber: int().nullish(),
    extensions: ExtensionsInput,
    roles: refs().default([]),
  })
  .superRefine((input, context) => {
    if (input.type === 'subca' && (input.parent === undefined || input.parent === null))
      context.addIssue({ code: 'custom', path: ['Schema', 'parent'], message: 'a subca needs a parent authority, by id or name' });
  });

export const AuthorityImportInput = z.object({
  name: title(128),
  owner: email(),
  description: text(1_024).nullish(),
  body: text(65_536),
  chain: text(262_144).nullish(),
  privateKey: text(65_536),
  roles: refs().default([]),
});

export const listAuthoritiesOperation = operation('listAuthorities', 'GET', '/authorities', {
  tag,
  summary: 'Authorities that the caller created or shares a role with; administrators see all',
  access: 'authenticated',
  query: z.object({ ...listQuery, owner: text(128).optional() }),
  response: listOf(AuthorityView),
});
export const createAuthorityOperation = operation('createAuthority', 'POST', '/authorities', {
  tag,
  summary: 'Create a root or a subordinate authority',
  access: 'authenticated',
  body: AuthorityCreateInput,
  response: AuthorityView,
  errors: [409, 412, 502, 504],
  takesIdempotencyKey: true,
});
export const importAuthorityOperation = operation('importAuthority', 'POST', '/authorities/import', {
  tag,
  summary: 'Take an existing CA with certificate, chain and private key into service',
  access: 'authenticated',
  body: AuthorityImportInput,
  response: AuthorityView,
  errors: [409],
  takesIdempotencyKey: true,
});
export const getAuthorityOperation = operation('getAuthority', 'GET', '/authorities/{id}', {
  tag,
  summary: 'One authority',
  access: 'authenticated',
  params: byId,
  response: AuthorityView,
  errors: [404],
});
export const updateAuthorityOperation = operation('updateAuthority', 'PUT', '/authorities/{id}', {
  tag,
  summary: 'Replace owner, description, state, roles and, when given, options',
  access: 'authenticated',
  params: byId,
  body: z.object({
    owner: email(),
    description: text(1_024).nullable(),
    active: bool().default(true),
    roles: refs(),
    options: text(65_536).nullish(),
  }),
  response: AuthorityView,
  errors: [404],
});
export const listAuthorityRolesOperation = operation('listAuthorityRoles', 'GET', '/authorities/{id}/roles', {
  tag,
  summary: 'Roles of the authority',
  access: 'authenticated',
  params: byId,
  query: z.object(listQuery),
  response: listOf(NestedRole),
  errors: [404],
});
export const visualizeAuthorityOperation = operation('visualizeAuthority', 'GET', '/authorities/{id}/visualize', {
  tag,
  summary: 'The authority with the names of what it issued',
  access: 'authenticated',
  params: byId,
  response: z.object({ name: z.string(), children: z.array(z.object({ name: z.string() })) }),
  errors: [404],
});

export const readKeyRevocationListOperation = operation('readKeyRevocationList', 'GET', '/authorities/{id}/krl', {
  tag,
  summary: 'Key revocation list of an SSH authority, for `RevokedKeys` of sshd; needs no token',
  access: 'anonymous',
  params: byId,
  response: z.string().meta({ format: 'binary' }),
  errors: [404],
  mediaType: 'application/octet-stream',
});

export const authorityOperations = [
  listAuthoritiesOperation,
  createAuthorityOperation,
  importAuthorityOperation,
  getAuthorityOperation,
  updateAuthorityOperation,
  listAuthorityRolesOperation,
  visualizeAuthorityOperation,
  readKeyRevocationListOperation,
] as const;
