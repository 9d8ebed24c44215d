import { Inject, Injectable } from '@nestjs/common';
import { userUpdated, type UserPrincipal, type UserUpdateInput } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { CONFIG } from '@sifaka/runtime';
import { ChangeLog, type Change } from '../audit/change-log.js';
import type { GatewayConfig } from '../gateway.config.js';
import { PasswordHasher } from '../identity/password-hasher.js';
import { RoleRepository } from '../role/role.repository.js';
import { AdministratorGuard } from './administrator-guard.js';
import { membershipChanges, userEvent } from './user-changes.js';
import { refuseMissingBaseRole } from './user-policy.js';
import { UserRepository, type User } from './user.repository.js';

@Injectable()
export class UpdateUser {
  constructor(
    private readonly administrators: AdministratorGuard,
    private readonly users: UserRepository,
    private readonly roles: RoleRepository,
    private readonly hasher: PasswordHasher,
    private readonly changes: ChangeLog,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  async run(id: number, input: UserUpdateInput, principal: UserPrincipal): Promise<User> {
    // US-2: the strength of a password is asked for when a user is made; an administrator may set any later.
    const passwordHash = isGiven(input.password) ? await this.hasher.hash(input.password) : null;
    return this.administrators.keepOne(async (tx) => {
      const before = await this.users.lock(tx, id);
      if (before === null) throw new AppError('not_found', `user ${id} does not exist`);
      const roles = await this.roles.resolve(tx, input.roles, 'roles');
      refuseMissingBaseRole(roles, this.config);
      const { username, email, active } = input;
      await this.users.update(tx, id, { username, email, active, passwordHash });
      await this.users.setRoles(
        tx,
        id,
        roles.map((role) => role.id),
      );

      const user: User = { id, username, email, active, profilePicture: null, roles };
      const changes = [updated(before, user, passwordHash !== null), ...membershipChanges(user, before.roles, roles)];
      await this.changes.record(tx, principal, changes, [userEvent(userUpdated, user)]);
      return user;
    });
  }
}

function isGiven(password: string | null | undefined): password is string {
  return password !== undefined && password !== null && password !== '';
}

function updated(before: User, after: User, passwordChanged: boolean): Change {
  const fields = (['username', 'email', 'active'] as const).filter((field) => before[field] !== after[field]);
  return {
    action: 'user.updated',
    object: { type: 'user', id: after.id, name: after.username },
    details: { ...Object.fromEntries(fields.map((field) => [field, { from: before[field], to: after[field] }])), passwordChanged },
  };
}
