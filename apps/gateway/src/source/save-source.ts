import { Injectable } from '@nestjs/common';
import {
  createSource,
  getSource,
  updateSource,
  type createSourceOperation,
  type InputOf,
  type RequestFor,
  type SourceRecord,
  type UserPrincipal,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { OwnerRole } from '../composition/owner-role.js';

type SourceBody = RequestFor<typeof createSourceOperation>['body'];

/** What is found at a source belongs to its owner, so the owner's role is made ready with it. */
@Injectable()
export class SaveSource {
  constructor(
    private readonly rpc: RpcClient,
    private readonly ownerRole: OwnerRole,
  ) {}

  async create(body: SourceBody, principal: UserPrincipal): Promise<SourceRecord> {
    const settings = await this.settings(body, { active: true, owner: principal.email }, principal);
    return this.rpc.call(createSource, settings, { principal });
  }

  async update(id: number, body: SourceBody, principal: UserPrincipal): Promise<SourceRecord> {
    const settings = await this.settings(body, await this.rpc.call(getSource, { id }, { principal }), principal);
    return this.rpc.call(updateSource, { id, ...settings }, { principal });
  }

  private async settings(body: SourceBody, before: { active: boolean; owner: string }, principal: UserPrincipal): Promise<InputOf<typeof createSource>> {
    const owner = body.owner ?? before.owner;
    return { ...body, active: body.active ?? before.active, owner, ownerRoleId: await this.ownerRole.before(owner, principal) };
  }
}
