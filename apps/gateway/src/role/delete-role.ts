import { Injectable } from '@nestjs/common';
import { countRoleUses, roleDeleted, type UserPrincipal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { ChangeLog } from '../audit/change-log.js';
import { refuseBuiltIn, roleEvent } from './role-changes.js';
import { RoleSecrets } from './role-secrets.js';
import { RoleRepository, type Role } from './role.repository.js';

@Injectable()
export class DeleteRole {
  constructor(
    private readonly database: Database,
    private readonly roles: RoleRepository,
    private readonly secrets: RoleSecrets,
    private readonly changes: ChangeLog,
    private readonly rpc: RpcClient,
  ) {}

  /** @throws AppError conflict while a user, certificate or authority has the role. */
  async run(id: number, principal: UserPrincipal): Promise<void> {
    const role = await this.roles.find(id);
    if (role === null) throw new AppError('not_found', `role ${id} does not exist`);
    refuseBuiltIn(role, 'deleted');
    if (role.users.length > 0) throw inUse(role, `${role.users.length} users`);
    const { certificates, authorities } = await this.rpc.call(countRoleUses, { roleId: id }, { principal });
    if (certificates + authorities > 0) throw inUse(role, `${certificates} certificates and ${authorities} authorities`);

    const passwordRef = await this.database.transaction(async (tx) => {
      const deleted = await this.roles.delete(tx, id);
      if (!deleted.isDeleted) throw inUse(role, 'a user');
      await this.changes.record(
        tx,
        principal,
        [{ action: 'role.deleted', object: { type: 'role', id, name: role.name } }],
        [roleEvent(roleDeleted, role)],
      );
      return deleted.passwordRef;
    });
    await this.secrets.forget(passwordRef, principal);
  }
}

function inUse(role: Role, by: string): AppError {
  return new AppError('conflict', `role "${role.name}" is still held by ${by}: take it away from them first`, { reason: 'role.in_use' });
}
