import { z } from 'zod';
import { Id } from '../values.js';
import { bool, idParam, refs, text, title } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { RoleView } from './role.js';
import { RoleReference } from './view.js';

const tag = 'users';
const byId = z.object({ id: idParam() });

/** A user as clients see one; the password never leaves. */
export const UserView = z.object({
  id: Id,
  username: z.string(),
  email: z.string(),
  active: z.boolean(),
  profilePicture: z.string().nullable(),
  roles: z.array(RoleReference),
});
export type UserView = z.output<typeof UserView>;

/** A mailbox in the spelling of its owner; two users never share one, whatever the capitals. */
const mailbox = () =>
  text(128)
    .trim()
    .regex(/^(?:"[^"\\\r\n]{1,62}"|[^\s@"(),:;<>[\]\\]{1,64})@[^\s@"(),:;<>[\]\\]+$/, {
      error: 'must be an e-mail address such as rivera@example.com',
    });

const shared = {
  username: title(255),
  email: mailbox(),
  active: bool(),
  roles: refs().default([]),
};

export const UserCreateInput = z.object({ ...shared, password: text(1_024).min(1, { error: 'must not be empty' }) });
export type UserCreateInput = z.output<typeof UserCreateInput>;

/** No password, or an empty one, keeps the old; no roles takes all away. */
export const UserUpdateInput = z.object({ ...shared, password: text(1_024).nullish() });
export type UserUpdateInput = z.output<typeof UserUpdateInput>;

export const listUsersOperation = operation('listUsers', 'GET', '/users', {
  tag,
  summary: 'Users',
  access: 'authenticated',
  query: z.object(listQuery),
  response: listOf(UserView),
});
export const createUserOperation = operation('createUser', 'POST', '/users', {
  tag,
  summary: 'Create a user who logs in with a password',
  access: 'admin',
  body: UserCreateInput,
  response: UserView,
  errors: [409],
  takesIdempotencyKey: true,
});
export const getUserOperation = operation('getUser', 'GET', '/users/{id}', {
  tag,
  summary: 'One user',
  access: 'authenticated',
  params: byId,
  response: UserView,
  errors: [404],
});
export const updateUserOperation = operation('updateUser', 'PUT', '/users/{id}', {
  tag,
  summary: 'Replace name, address, state and roles, and when given the password; users are deactivated, never deleted',
  access: 'admin',
  params: byId,
  body: UserUpdateInput,
  response: UserView,
  errors: [404, 409],
});
export const listUserRolesOperation = operation('listUserRoles', 'GET', '/users/{id}/roles', {
  tag,
  summary: 'Roles of a user',
  access: 'authenticated',
  params: byId,
  query: z.object(listQuery),
  response: listOf(RoleView),
  errors: [404],
});

export const userOperations = [
  listUsersOperation,
  createUserOperation,
  getUserOperation,
  updateUserOperation,
  listUserRolesOperation,
] as const;
