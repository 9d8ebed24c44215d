import { Inject, Injectable } from '@nestjs/common';
import { allow, isAdmin } from '@sifaka/authz';
import type { ApiKeyUpdateInput, UserPrincipal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError, type Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { ChangeLog, type Change } from '../audit/change-log.js';
import { TokenService } from '../identity/token-service.js';
import type { Listed, ListRequest } from '../listing/table-list.js';
import { UserRepository, type UserRef } from '../user/user.repository.js';
import { ApiKeyRepository, type ApiKey } from './api-key.repository.js';

interface Target {
  id: number;
  /** Set when the key was asked for below its user. */
  userId?: number;
}

export interface NewKey {
  name?: string | undefined;
  ttl?: number | undefined;
  /** Null is the caller. */
  owner: UserRef | null;
  /** The owner was named by the address of the request, not in its body. */
  isOwnerInPath?: boolean;
}

/** API keys of users: the token of a key is never stored, it can be signed again at any time. */
@Injectable()
export class UseApiKeys {
  constructor(
    private readonly database: Database,
    private readonly keys: ApiKeyRepository,
    private readonly users: UserRepository,
    private readonly tokens: TokenService,
    private readonly changes: ChangeLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Administrators see all keys, everybody else their own. */
  list(request: ListRequest, principal: UserPrincipal): Promise<Listed<ApiKey>> {
    return this.keys.list(request, isAdmin(principal) ? null : principal.userId);
  }

  async listOf(userId: number, request: ListRequest, principal: UserPrincipal): Promise<Listed<ApiKey>> {
    if (!isAdmin(principal) && principal.userId !== userId) return { rows: [], total: 0, nextCursor: null };
    return this.keys.list(request, userId);
  }

  /** Who may not make the key learns that before what the request lacks. @throws AppError permission_denied, invalid_argument, not_found. */
  async create(input: NewKey, principal: UserPrincipal): Promise<number> {
    const userId = await this.ownerOf(input, principal);
    const { name, ttl } = required(input);
    const issuedAt = Math.floor(this.clock.now().getTime() / 1_000);
    return this.database.transaction(async (tx) => {
      const id = await this.keys.insert(tx, { name, ttl, issuedAt, userId });
      await this.changes.record(tx, principal, [
        { action: 'api_key.created', object: { type: 'api_key', id, name }, details: { userId, ttl } },
      ]);
      return id;
    });
  }

  async describe(target: Target, principal: UserPrincipal): Promise<ApiKey> {
    if (target.userId !== undefined) allow(principal, 'api_key:use', { userId: target.userId });
    const key = await this.keys.find(target.id);
    if (key === null) throw new AppError('not_found', `API key ${target.id} does not exist`);
    if (target.userId !== undefined && key.user.id !== target.userId) {
      throw new AppError('permission_denied', `API key ${target.id} does not belong to user ${target.userId}`, {
        reason: 'api_key.other_user',
      });
    }
    allow(principal, 'api_key:use', { userId: key.user.id });
    return key;
  }

  /** Signs a new token for a key; its end counts from now, the key's own from its creation. */
  async token(target: Target, principal: UserPrincipal): Promise<string> {
    const { id, ttl, user } = await this.describe(target, principal);
    return this.tokens.forApiKey(user.id, id, ttl);
  }

  async update(target: Target, input: Pick<ApiKeyUpdateInput, 'name' | 'revoked' | 'ttl'>, principal: UserPrincipal): Promise<void> {
    const key = await this.describe(target, principal);
    const { name, revoked, ttl } = input;
    const change: Change = {
      action: revoked && !key.revoked ? 'api_key.revoked' : 'api_key.updated',
      object: { type: 'api_key', id: key.id, name },
      details: { userId: key.user.id, ttl, revoked },
    };
    await this.write(key, change, (tx) => this.keys.update(tx, key.id, { name, revoked, ttl }), principal);
  }

  async delete(target: Target, principal: UserPrincipal): Promise<void> {
    const key = await this.describe(target, principal);
    const change: Change = {
      action: 'api_key.deleted',
      object: { type: 'api_key', id: key.id, name: key.name },
      details: { userId: key.user.id },
    };
    await this.write(key, change, (tx) => this.keys.delete(tx, key.id), principal);
  }

  private async write(
    key: ApiKey,
    change: Change,
    apply: (tx: Parameters<ApiKeyRepository['delete']>[0]) => Promise<boolean>,
    principal: UserPrincipal,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await apply(tx))) throw new AppError('not_found', `API key ${key.id} does not exist`);
      await this.changes.record(tx, principal, [change]);
    });
  }

  private async ownerOf({ owner, isOwnerInPath }: NewKey, principal: UserPrincipal): Promise<number> {
    if (owner === null) return principal.userId;
    if (owner.id !== undefined) {
      allow(principal, 'api_key:use', { userId: owner.id });
      if (owner.id === principal.userId) return owner.id;
    }
    const [user] = await this.users.resolve(this.database, [owner]);
    if (user === undefined || user === null) {
      // Only administrators learn which users exist this way.
      allow(principal, 'api_key:use', { userId: -1 });
      const message = `there is no user with ${owner.id === undefined ? `the username "${owner.name ?? ''}"` : `the id ${owner.id}`}`;
      if (isOwnerInPath === true) throw new AppError('not_found', message, { reason: 'user.unknown' });
      throw new AppError('invalid_argument', message, { reason: 'user.unknown', fields: [{ path: 'user._schema', message }] });
    }
    allow(principal, 'api_key:use', { userId: user.id });
    return user.id;
  }
}

function required({ name, ttl }: NewKey): { name: string; ttl: number } {
  if (name !== undefined && ttl !== undefined) return { name, ttl };
  const fields = Object.entries({ name, ttl }).flatMap(([path, value]) => (value === undefined ? [{ path, message: 'is required' }] : []));
  throw new AppError('invalid_argument', 'Validation Error.', { reason: 'http.validation', fields });
}
