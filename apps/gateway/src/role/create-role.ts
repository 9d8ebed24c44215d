import { Injectable } from '@nestjs/common';
import { roleCreated, type RoleCreateInput, type UserPrincipal } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { ChangeLog } from '../audit/change-log.js';
import { ResolveUsers } from '../user/resolve-users.js';
import { memberChanges, refuseReservedName, roleEvent } from './role-changes.js';
import { RoleSecrets } from './role-secrets.js';
import { RoleRepository, type Role } from './role.repository.js';

@Injectable()
export class CreateRole {
  constructor(
    private readonly database: Database,
    private readonly roles: RoleRepository,
    private readonly users: ResolveUsers,
    private readonly secrets: RoleSecrets,
    private readonly changes: ChangeLog,
  ) {}

  async run(input: RoleCreateInput, principal: UserPrincipal): Promise<Role> {
    refuseReservedName(input.name);
    const passwordRef = await this.secrets.put(input.password, input.name, principal);
    try {
      return await this.database.transaction((tx) => this.write(tx, input, passwordRef, principal));
    } catch (error) {
      await this.secrets.forget(passwordRef, principal);
      throw error;
    }
  }

  private async write(tx: Sql, input: RoleCreateInput, passwordRef: string | null, principal: UserPrincipal): Promise<Role> {
    const users = await this.users.run(tx, input.users, 'users');
    const { name } = input;
    const description = input.description ?? null;
    const id = await this.roles.insert(tx, { name, description, username: input.username ?? null, passwordRef });
    await this.roles.setUsers(
      tx,
      id,
      users.map((user) => user.id),
    );

    const role: Role = { id, name, description, thirdParty: false, users };
    const created = { action: 'role.created', object: { type: 'role', id, name }, details: { description } };
    await this.changes.record(tx, principal, [created, ...memberChanges(role, [], users)], [roleEvent(roleCreated, role)]);
    return role;
  }
}
