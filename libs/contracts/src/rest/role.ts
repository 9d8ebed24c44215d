import { z } from 'zod';
import { Id } from '../values.js';
import { idParam, refs, text, title } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { NestedAuthority, NestedUser } from './view.js';

const tag = 'roles';
const byId = z.object({ id: idParam() });

/** A role with its members and the authorities it is attached to. */
export const RoleView = z.object({
  id: Id,
  name: z.string(),
  description: z.string().nullable(),
  thirdParty: z.boolean(),
  authorities: z.array(NestedAuthority),
  users: z.array(NestedUser),
});
export type RoleView = z.output<typeof RoleView>;

const name = () => title(128);
const description = () => text(1_024).nullish();
const users = () => refs(['username', 'name']);

export const RoleCreateInput = z.object({
  name: name(),
  description: description(),
  /** Credentials that the role's members share, for a system outside. */
  username: text(128).nullish(),
  password: text(1_024).nullish(),
  users: users().default([]),
  /** Checked for their form and not used: roles are attached on the authority. */
  authorities: refs().default([]),
});
export type RoleCreateInput = z.output<typeof RoleCreateInput>;

export const RoleUpdateInput = z.object({ name: name(), description: description(), users: users() });
export type RoleUpdateInput = z.output<typeof RoleUpdateInput>;

export const listRolesOperation = operation('listRoles', 'GET', '/roles', {
  tag,
  summary: 'Roles',
  access: 'authenticated',
  query: z.object(listQuery),
  response: listOf(RoleView),
});
export const createRoleOperation = operation('createRole', 'POST', '/roles', {
  tag,
  summary: 'Create a role',
  access: 'admin',
  body: RoleCreateInput,
  response: RoleView,
  errors: [409],
  takesIdempotencyKey: true,
});
export const getRoleOperation = operation('getRole', 'GET', '/roles/{id}', {
  tag,
  summary: 'One role; its members and administrators only',
  access: 'authenticated',
  params: byId,
  response: RoleView,
  errors: [404],
});
export const updateRoleOperation = operation('updateRole', 'PUT', '/roles/{id}', {
  tag,
  summary: 'Replace name, description and members',
  access: 'admin',
  guardsFirst: true,
  params: byId,
  body: RoleUpdateInput,
  response: RoleView,
  errors: [404, 409],
});
export const deleteRoleOperation = operation('deleteRole', 'DELETE', '/roles/{id}', {
  tag,
  summary: 'Delete a role that no user, certificate or authority has',
  access: 'admin',
  guardsFirst: true,
  params: byId,
  response: z.object({ message: z.literal('ok') }),
  errors: [404, 409],
});
export const getRoleCredentialsOperation = operation('getRoleCredentials', 'GET', '/roles/{id}/credentials', {
  tag,
  summary: 'Credentials that the members of a role share; its members and administrators only, every sight is audited',
  access: 'authenticated',
  params: byId,
  response: z.object({ username: z.string().nullable(), password: z.string().nullable() }),
  errors: [404],
  holdsSecret: true,
});
export const listRoleUsersOperation = operation('listRoleUsers', 'GET', '/roles/{id}/users', {
  tag,
  summary: 'All members of a role; 404 when it has none',
  access: 'authenticated',
  params: byId,
  response: listOf(NestedUser),
  errors: [404],
});

export const roleOperations = [
  listRolesOperation,
  createRoleOperation,
  getRoleOperation,
  updateRoleOperation,
  deleteRoleOperation,
  getRoleCredentialsOperation,
  listRoleUsersOperation,
] as const;
