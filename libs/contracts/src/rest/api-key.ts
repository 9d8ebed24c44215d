import { z } from 'zod';
import { Id } from '../values.js';
import { bool, idParam, int, text } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { Acknowledged, NestedUser } from './view.js';

const tag = 'api keys';
const byId = z.object({ id: idParam() });
const ofUser = z.object({ userId: idParam() });
const byUserAndId = z.object({ userId: idParam(), id: idParam() });

/** A key without its token. */
export const ApiKeyView = z.object({
  id: Id,
  name: z.string(),
  /** Days; -1 is without end. */
  ttl: z.int(),
  /** Seconds since 1970. */
  issuedAt: z.int(),
  revoked: z.boolean(),
  user: NestedUser,
});
export type ApiKeyView = z.output<typeof ApiKeyView>;

const Token = z.object({ jwt: z.string() });

const name = () => text(128);
const ttl = () => int({ min: -1, max: 36_500 });
const keyUser = () =>
  z.object(
    { id: int({ min: 1 }).optional(), username: text(255), email: text(128) },
    { error: 'must be an object with id, username and email' },
  );

/** Without a user the key belongs to the caller. Name and ttl are needed; who may not make the key is told that first. */
export const ApiKeyCreateInput = z.object({ name: name().optional(), ttl: ttl().optional(), user: keyUser().optional() });
export type ApiKeyCreateInput = z.output<typeof ApiKeyCreateInput>;

const UserApiKeyCreateInput = ApiKeyCreateInput.omit({ user: true });

/** The user stays who it was; id and user are asked for as Lemur's clients send them. */
export const ApiKeyUpdateInput = z.object({ id: int(), user: keyUser(), name: name(), revoked: bool(), ttl: ttl() });
export type ApiKeyUpdateInput = z.output<typeof ApiKeyUpdateInput>;

export const listApiKeysOperation = operation('listApiKeys', 'GET', '/keys', {
  tag,
  summary: 'API keys of the caller; administrators see all',
  access: 'authenticated',
  query: z.object(listQuery),
  response: listOf(ApiKeyView),
});
export const createApiKeyOperation = operation('createApiKey', 'POST', '/keys', {
  tag,
  summary: 'Create an API key for the caller; administrators also for others',
  access: 'authenticated',
  body: ApiKeyCreateInput,
  response: Token,
  holdsSecret: true,
  takesIdempotencyKey: true,
});
export const getApiKeyOperation = operation('getApiKey', 'GET', '/keys/{id}', {
  tag,
  summary: 'A new token for an existing key',
  access: 'authenticated',
  params: byId,
  response: Token,
  errors: [404],
  holdsSecret: true,
});
export const updateApiKeyOperation = operation('updateApiKey', 'PUT', '/keys/{id}', {
  tag,
  summary: 'Rename, revoke or change the life of a key; acts on tokens that are out already',
  access: 'authenticated',
  params: byId,
  body: ApiKeyUpdateInput,
  response: Token,
  errors: [404],
  holdsSecret: true,
});
export const deleteApiKeyOperation = operation('deleteApiKey', 'DELETE', '/keys/{id}', {
  tag,
  summary: 'Delete a key; its tokens stop working',
  access: 'authenticated',
  params: byId,
  response: Acknowledged,
  errors: [404],
});
export const describeApiKeyOperation = operation('describeApiKey', 'GET', '/keys/{id}/described', {
  tag,
  summary: 'A key without its token',
  access: 'authenticated',
  params: byId,
  response: ApiKeyView,
  errors: [404],
});
export const listUserApiKeysOperation = operation('listUserApiKeys', 'GET', '/users/{userId}/keys', {
  tag,
  summary: 'API keys of a user; empty for callers who are neither that user nor administrators',
  access: 'authenticated',
  params: ofUser,
  query: z.object(listQuery),
  response: listOf(ApiKeyView),
});
export const createUserApiKeyOperation = operation('createUserApiKey', 'POST', '/users/{userId}/keys', {
  tag,
  summary: 'Create an API key for a user',
  access: 'authenticated',
  params: ofUser,
  body: UserApiKeyCreateInput,
  response: Token,
  errors: [404],
  holdsSecret: true,
  takesIdempotencyKey: true,
});
export const getUserApiKeyOperation = operation('getUserApiKey', 'GET', '/users/{userId}/keys/{id}', {
  tag,
  summary: 'A new token for an existing key of a user',
  access: 'authenticated',
  params: byUserAndId,
  response: Token,
  errors: [404],
  holdsSecret: true,
});
export const updateUserApiKeyOperation = operation('updateUserApiKey', 'PUT', '/users/{userId}/keys/{id}', {
  tag,
  summary: 'Rename, revoke or change the life of a key of a user',
  access: 'authenticated',
  params: byUserAndId,
  body: ApiKeyUpdateInput,
  response: Token,
  errors: [404],
  holdsSecret: true,
});
export const deleteUserApiKeyOperation = operation('deleteUserApiKey', 'DELETE', '/users/{userId}/keys/{id}', {
  tag,
  summary: 'Delete a key of a user',
  access: 'authenticated',
  params: byUserAndId,
  response: Acknowledged,
  errors: [404],
});

export const apiKeyOperations = [
  listApiKeysOperation,
  createApiKeyOperation,
  getApiKeyOperation,
  updateApiKeyOperation,
  deleteApiKeyOperation,
  describeApiKeyOperation,
  listUserApiKeysOperation,
  createUserApiKeyOperation,
  getUserApiKeyOperation,
  updateUserApiKeyOperation,
  deleteUserApiKeyOperation,
] as const;
