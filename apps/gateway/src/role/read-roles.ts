import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import { listAuthoritySummaries, type AuthoritySummary, type NestedUser, type OutputOf, type RoleView, type UserPrincipal } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import type { Listed, ListRequest } from '../listing/table-list.js';
import { UserRepository } from '../user/user.repository.js';
import { RoleRepository, type Role } from './role.repository.js';
import { roleView } from './role.view.js';

export interface RolePage {
  items: RoleView[];
  total: number;
  nextCursor: string | null;
}

/** Roles in one question to the issuer. */
const rolesAtOnce = 500;

/** Roles with what other services know of them: one question to the issuer per page. */
@Injectable()
export class ReadRoles {
  constructor(
    private readonly roles: RoleRepository,
    private readonly users: UserRepository,
    private readonly rpc: RpcClient,
  ) {}

  async list(request: ListRequest, principal: UserPrincipal): Promise<RolePage> {
    return this.page(await this.roles.list(request), principal);
  }

  async ofUser(userId: number, request: ListRequest, principal: UserPrincipal): Promise<RolePage> {
    if ((await this.users.find(userId)) === null) throw new AppError('not_found', `user ${userId} does not exist`);
    return this.page(await this.roles.ofUser(userId, request), principal);
  }

  /** Strangers learn nothing, not even that the role does not exist. */
  async get(id: number, principal: UserPrincipal): Promise<RoleView> {
    allow(principal, 'role:see', { id, name: String(id) });
    const role = await this.existing(id);
    const authorities = await this.authoritiesOf([role.id], principal);
    return roleView(role, authorities.get(role.id) ?? []);
  }

  async members(id: number): Promise<NestedUser[]> {
    return (await this.existing(id)).users;
  }

  private async existing(id: number): Promise<Role> {
    const role = await this.roles.find(id);
    if (role === null) throw new AppError('not_found', `role ${id} does not exist`);
    return role;
  }

  private async page({ rows, total, nextCursor }: Listed<Role>, principal: UserPrincipal): Promise<RolePage> {
    const authorities = await this.authoritiesOf(
      rows.map(({ id }) => id),
      principal,
    );
    return { items: rows.map((role) => roleView(role, authorities.get(role.id) ?? [])), total, nextCursor };
  }

  private async authoritiesOf(roleIds: number[], principal: UserPrincipal): Promise<Map<number, AuthoritySummary[]>> {
    const byRole = new Map<number, AuthoritySummary[]>(roleIds.map((id) => [id, []]));
    for (let start = 0; start < roleIds.length; start += rolesAtOnce) {
      const asked = roleIds.slice(start, start + rolesAtOnce);
      let afterId: number | null = 0;
      while (afterId !== null) {
        const { items, next }: OutputOf<typeof listAuthoritySummaries> = await this.rpc.call(listAuthoritySummaries, { roleIds: asked, afterId }, { principal });
        for (const { roleIds: attached, ...authority } of items) {
          for (const id of attached) if (asked.includes(id)) byRole.get(id)?.push(authority);
        }
        afterId = next;
      }
    }
    return byRole;
  }
}
