import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { UserPrincipal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { ChangeLog } from '../audit/change-log.js';
import { RoleSecrets } from './role-secrets.js';
import { RoleRepository } from './role.repository.js';

@Injectable()
export class ViewRoleCredentials {
  constructor(
    private readonly database: Database,
    private readonly roles: RoleRepository,
    private readonly secrets: RoleSecrets,
    private readonly changes: ChangeLog,
  ) {}

  /** The sight is in the audit log before the password leaves. */
  async run(id: number, principal: UserPrincipal): Promise<{ username: string | null; password: string | null }> {
    allow(principal, 'role:see', { id, name: String(id) });
    const credentials = await this.roles.credentials(id);
    if (credentials === null) throw new AppError('not_found', `role ${id} does not exist`);
    const { name, username, passwordRef } = credentials;
    const password = await this.secrets.read(passwordRef, principal);
    await this.database.transaction((tx) =>
      this.changes.record(tx, principal, [{ action: 'role.credentials_viewed', object: { type: 'role', id, name } }]),
    );
    return { username, password };
  }
}
