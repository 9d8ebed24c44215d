import { Injectable } from '@nestjs/common';
import type { AuthorityRecord, AuthorityView } from '@sifaka/contracts';
import { RoleRepository } from '../role/role.repository.js';
import { UserRepository } from '../user/user.repository.js';

/** Puts users and roles into authorities: one query each for any number of them. */
@Injectable()
export class ComposeAuthorities {
  constructor(
    private readonly users: UserRepository,
    private readonly roles: RoleRepository,
  ) {}

  async views(records: readonly AuthorityRecord[]): Promise<AuthorityView[]> {
    const [users, roles] = await Promise.all([
      this.users.nested(records.flatMap(({ authorityCertificate }) => authorityCertificate.userId ?? [])),
      this.roles.nested(records.flatMap(({ roleIds }) => roleIds)),
    ]);
    return records.map(({ roleIds, userId: _creator, parentId: _parent, isCabCompliant: _compliant, isCnOptional: _optional, authorityCertificate, ...record }) => {
      const { userId, ...certificate } = authorityCertificate;
      return {
        ...record,
        roles: roleIds.flatMap((id) => roles.get(id) ?? []).map(({ id, name }) => ({ id, name })),
        authorityCertificate: { ...certificate, user: userId === null ? null : (users.get(userId) ?? null) },
      };
    });
  }

  async view(record: AuthorityRecord): Promise<AuthorityView> {
    const [view] = await this.views([record]);
    if (view === undefined) throw new Error('one record composes to one view');
    return view;
  }
}
