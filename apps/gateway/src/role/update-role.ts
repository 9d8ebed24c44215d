import { Injectable } from '@nestjs/common';
import { roleUpdated, type RoleUpdateInput, type UserPrincipal } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { ChangeLog } from '../audit/change-log.js';
import { AdministratorGuard } from '../user/administrator-guard.js';
import { ResolveUsers } from '../user/resolve-users.js';
import { memberChanges, refuseBuiltIn, refuseReservedName, roleEvent } from './role-changes.js';
import { RoleRepository, type Role } from './role.repository.js';

@Injectable()
export class UpdateRole {
  constructor(
    private readonly administrators: AdministratorGuard,
    private readonly roles: RoleRepository,
    private readonly users: ResolveUsers,
    private readonly changes: ChangeLog,
  ) {}

  async run(id: number, input: RoleUpdateInput, principal: UserPrincipal): Promise<Role> {
    return this.administrators.keepOne(async (tx) => {
      const before = await this.roles.lock(tx, id);
      if (before === null) throw new AppError('not_found', `role ${id} does not exist`);
      if (input.name !== before.name) {
        refuseBuiltIn(before, 'renamed');
        refuseReservedName(input.name);
      }
      const users = await this.users.run(tx, input.users, 'users');
      const role: Role = { ...before, name: input.name, description: input.description ?? null, users };
      await this.roles.update(tx, id, role);
      await this.roles.setUsers(
        tx,
        id,
        users.map((user) => user.id),
      );

      const fields = (['name', 'description'] as const).filter((field) => before[field] !== role[field]);
      const updated = {
        action: 'role.updated',
        object: { type: 'role', id, name: role.name },
        details: Object.fromEntries(fields.map((field) => [field, { from: before[field], to: role[field] }])),
      };
      await this.changes.record(tx, principal, [updated, ...memberChanges(role, before.users, users)], [roleEvent(roleUpdated, role)]);
      return role;
    });
  }
}
