import { Inject, Injectable } from '@nestjs/common';
import { userCreated, type UserCreateInput, type UserPrincipal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { CONFIG } from '@sifaka/runtime';
import { ChangeLog } from '../audit/change-log.js';
import type { GatewayConfig } from '../gateway.config.js';
import { NewPassword } from '../identity/new-password.js';
import { RoleRepository } from '../role/role.repository.js';
import { membershipChanges, userEvent } from './user-changes.js';
import { refuseMissingBaseRole } from './user-policy.js';
import { UserRepository, type User } from './user.repository.js';

@Injectable()
export class CreateUser {
  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly roles: RoleRepository,
    private readonly newPassword: NewPassword,
    private readonly changes: ChangeLog,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  async run(input: UserCreateInput, principal: UserPrincipal): Promise<User> {
    const passwordHash = await this.newPassword.hash(input.password);
    return this.database.transaction(async (tx) => {
      const roles = await this.roles.resolve(tx, input.roles, 'roles');
      refuseMissingBaseRole(roles, this.config);
      const { username, email, active } = input;
      const id = await this.users.insert(tx, { username, email, active, passwordHash });
      await this.users.setRoles(
        tx,
        id,
        roles.map((role) => role.id),
      );

      const user: User = { id, username, email, active, profilePicture: null, roles };
      const created = { action: 'user.created', object: { type: 'user', id, name: username }, details: { email, active } };
      await this.changes.record(tx, principal, [created, ...membershipChanges(user, [], roles)], [userEvent(userCreated, user)]);
      return user;
    });
  }
}
