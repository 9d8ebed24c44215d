import { Controller, Res } from '@nestjs/common';
import {
  createAuthorityOperation,
  getAuthority,
  getAuthorityOperation,
  importAuthorityOperation,
  listAuthorities,
  listAuthoritiesOperation,
  listAuthorityRolesOperation,
  readKeyRevocationListOperation,
  updateAuthorityOperation,
  visualizeAuthority,
  visualizeAuthorityOperation,
  type AuthorityRecord,
  type AuthorityView,
  type RequestFor,
  type ResponseFor,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import type { FastifyReply } from 'fastify';
import { ComposeAuthorities } from '../composition/compose-authorities.js';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { pageOf, windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';
import { RoleRepository } from '../role/role.repository.js';
import { CreateAuthority } from './create-authority.js';
import { KeyRevocationLists, maxAgeSeconds } from './key-revocation-lists.js';
import { UpdateAuthority } from './update-authority.js';

@Controller()
export class AuthorityController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly creation: CreateAuthority,
    private readonly updating: UpdateAuthority,
    private readonly compose: ComposeAuthorities,
    private readonly roles: RoleRepository,
    private readonly revocationLists: KeyRevocationLists,
  ) {}

  @Serves(listAuthoritiesOperation)
  async list({ query }: RequestFor<typeof listAuthoritiesOperation>, call: HttpCall): Promise<ResponseFor<typeof listAuthoritiesOperation>> {
    const input = { window: windowOf(query), filter: query.filter ?? null, owner: query.owner ?? null, ids: query.id ?? null };
    const { items, total, nextCursor } = await inSlices(input.window, (window) => this.rpc.call(listAuthorities, { ...input, window }, { principal: callerOf(call) }));
    return { items: await this.compose.views(items), total, nextCursor };
  }

  @Serves(createAuthorityOperation)
  async create({ body }: RequestFor<typeof createAuthorityOperation>, call: HttpCall): Promise<AuthorityView> {
    return this.compose.view(await this.creation.create(body, callerOf(call)));
  }

  @Serves(importAuthorityOperation)
  async import({ body }: RequestFor<typeof importAuthorityOperation>, call: HttpCall): Promise<AuthorityView> {
    return this.compose.view(await this.creation.import(body, callerOf(call)));
  }

  @Serves(getAuthorityOperation)
  async get({ params }: RequestFor<typeof getAuthorityOperation>, call: HttpCall): Promise<AuthorityView> {
    return this.compose.view(await this.find(params.id, call));
  }

  @Serves(updateAuthorityOperation)
  async update({ params, body }: RequestFor<typeof updateAuthorityOperation>, call: HttpCall): Promise<AuthorityView> {
    return this.compose.view(await this.updating.run(params.id, body, callerOf(call)));
  }

  /** Public, like a CRL: the hosts that fetch it have no account here. */
  @Serves(readKeyRevocationListOperation)
  async keyRevocationList({ params }: RequestFor<typeof readKeyRevocationListOperation>, _call: HttpCall, @Res({ passthrough: true }) reply: FastifyReply): Promise<Buffer> {
    const { krl, updatedAt } = await this.revocationLists.of(params.id);
    void reply.type('application/octet-stream').header('cache-control', `public, max-age=${maxAgeSeconds}`).header('last-modified', new Date(updatedAt).toUTCString());
    return Buffer.from(krl, 'base64');
  }

  @Serves(listAuthorityRolesOperation)
  async listRoles({ params, query }: RequestFor<typeof listAuthorityRolesOperation>, call: HttpCall): Promise<ResponseFor<typeof listAuthorityRolesOperation>> {
    const { roleIds } = await this.find(params.id, call);
    const roles = await this.roles.nested(roleIds);
    return pageOf([...roles.values()].sort((a, b) => a.id - b.id), query);
  }

  @Serves(visualizeAuthorityOperation)
  visualize({ params }: RequestFor<typeof visualizeAuthorityOperation>, call: HttpCall): Promise<ResponseFor<typeof visualizeAuthorityOperation>> {
    return this.rpc.call(visualizeAuthority, params, { principal: callerOf(call) });
  }

  private find(id: number, call: HttpCall): Promise<AuthorityRecord> {
    return this.rpc.call(getAuthority, { ref: { id } }, { principal: callerOf(call) });
  }
}
