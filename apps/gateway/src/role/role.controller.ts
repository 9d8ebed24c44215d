import { Controller } from '@nestjs/common';
import {
  createRoleOperation,
  deleteRoleOperation,
  getRoleCredentialsOperation,
  getRoleOperation,
  listRolesOperation,
  listRoleUsersOperation,
  updateRoleOperation,
  type RequestFor,
  type ResponseFor,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { CreateRole } from './create-role.js';
import { DeleteRole } from './delete-role.js';
import { ReadRoles } from './read-roles.js';
import { UpdateRole } from './update-role.js';
import { roleView } from './role.view.js';
import { ViewRoleCredentials } from './view-role-credentials.js';

@Controller()
export class RoleController {
  constructor(
    private readonly read: ReadRoles,
    private readonly createRole: CreateRole,
    private readonly updateRole: UpdateRole,
    private readonly deleteRole: DeleteRole,
    private readonly viewCredentials: ViewRoleCredentials,
  ) {}

  @Serves(listRolesOperation)
  list({ query }: RequestFor<typeof listRolesOperation>, call: HttpCall): Promise<ResponseFor<typeof listRolesOperation>> {
    return this.read.list({ window: windowOf(query), filter: query.filter, ids: query.id }, callerOf(call));
  }

  @Serves(createRoleOperation)
  async create({ body }: RequestFor<typeof createRoleOperation>, call: HttpCall): Promise<ResponseFor<typeof createRoleOperation>> {
    // Nothing can be attached to a role that did not exist.
    return roleView(await this.createRole.run(body, callerOf(call)), []);
  }

  @Serves(getRoleOperation)
  get({ params }: RequestFor<typeof getRoleOperation>, call: HttpCall): Promise<ResponseFor<typeof getRoleOperation>> {
    return this.read.get(params.id, callerOf(call));
  }

  @Serves(updateRoleOperation)
  async update({ params, body }: RequestFor<typeof updateRoleOperation>, call: HttpCall): Promise<ResponseFor<typeof updateRoleOperation>> {
    const principal = callerOf(call);
    // Read first: once the change is stored nothing may fail any more.
    const { authorities } = await this.read.get(params.id, principal);
    return roleView(await this.updateRole.run(params.id, body, principal), authorities);
  }

  @Serves(deleteRoleOperation)
  async delete({ params }: RequestFor<typeof deleteRoleOperation>, call: HttpCall): Promise<ResponseFor<typeof deleteRoleOperation>> {
    await this.deleteRole.run(params.id, callerOf(call));
    return { message: 'ok' };
  }

  @Serves(getRoleCredentialsOperation)
  credentials(
    { params }: RequestFor<typeof getRoleCredentialsOperation>,
    call: HttpCall,
  ): Promise<ResponseFor<typeof getRoleCredentialsOperation>> {
    return this.viewCredentials.run(params.id, callerOf(call));
  }

  /** An empty role is a 404, as Lemur's clients know it (rest-api §1.4). */
  @Serves(listRoleUsersOperation)
  async users({ params }: RequestFor<typeof listRoleUsersOperation>): Promise<ResponseFor<typeof listRoleUsersOperation>> {
    const members = await this.read.members(params.id);
    if (members.length === 0) throw new AppError('not_found', `role ${params.id} has no members`);
    return { items: members, total: members.length };
  }
}
