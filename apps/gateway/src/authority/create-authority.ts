import { Injectable } from '@nestjs/common';
import {
  createAuthority,
  importAuthority,
  type AuthorityRecord,
  type createAuthorityOperation,
  type importAuthorityOperation,
  type RequestFor,
  type UserPrincipal,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { OwnerRole } from '../composition/owner-role.js';
import { ResolveReferences } from '../composition/resolve-references.js';
import { CheckDestinationOptions } from '../destination/check-destination-options.js';

type CreateBody = RequestFor<typeof createAuthorityOperation>['body'];
type ImportBody = RequestFor<typeof importAuthorityOperation>['body'];

/** New authorities bring two roles of their own, and need the role of their owner (domain-rules AU-1, AU-2). */
@Injectable()
export class CreateAuthority {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: ResolveReferences,
    private readonly ownerRole: OwnerRole,
    private readonly destinationOptions: CheckDestinationOptions,
  ) {}

  async create(body: CreateBody, principal: UserPrincipal): Promise<AuthorityRecord> {
    await this.destinationOptions.run(body.plugin.slug, body.plugin.pluginOptions);
    const roleIds = await this.references.roleIds(body.roles);
    return this.ownerRole.duringNewAuthority(body.name, body.owner, principal, (roles) =>
      this.rpc.call(
        createAuthority,
        { ...body, description: body.description ?? null, parent: body.parent ?? null, roleIds, ...roles },
        { principal },
      ),
    );
  }

  async import(body: ImportBody, principal: UserPrincipal): Promise<AuthorityRecord> {
    const roleIds = await this.references.roleIds(body.roles);
    return this.ownerRole.duringNewAuthority(body.name, body.owner, principal, (roles) =>
      this.rpc.call(importAuthority, { ...body, description: body.description ?? null, chain: body.chain ?? null, roleIds, ...roles }, { principal }),
    );
  }
}
