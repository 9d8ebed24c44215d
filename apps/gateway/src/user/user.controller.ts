import { Controller } from '@nestjs/common';
import {
  createUserOperation,
  getUserOperation,
  listUserRolesOperation,
  listUsersOperation,
  updateUserOperation,
  type RequestFor,
  type ResponseFor,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { ReadRoles } from '../role/read-roles.js';
import { CreateUser } from './create-user.js';
import { UpdateUser } from './update-user.js';
import { UserRepository } from './user.repository.js';
import { userView } from './user.view.js';

@Controller()
export class UserController {
  constructor(
    private readonly users: UserRepository,
    private readonly roles: ReadRoles,
    private readonly createUser: CreateUser,
    private readonly updateUser: UpdateUser,
  ) {}

  @Serves(listUsersOperation)
  async list({ query }: RequestFor<typeof listUsersOperation>): Promise<ResponseFor<typeof listUsersOperation>> {
    const { rows, total, nextCursor } = await this.users.list({ window: windowOf(query), filter: query.filter, ids: query.id });
    return { items: rows.map(userView), total, nextCursor };
  }

  @Serves(createUserOperation)
  async create({ body }: RequestFor<typeof createUserOperation>, call: HttpCall): Promise<ResponseFor<typeof createUserOperation>> {
    return userView(await this.createUser.run(body, callerOf(call)));
  }

  @Serves(getUserOperation)
  async get({ params }: RequestFor<typeof getUserOperation>): Promise<ResponseFor<typeof getUserOperation>> {
    const user = await this.users.find(params.id);
    if (user === null) throw new AppError('not_found', `user ${params.id} does not exist`);
    return userView(user);
  }

  @Serves(updateUserOperation)
  async update({ params, body }: RequestFor<typeof updateUserOperation>, call: HttpCall): Promise<ResponseFor<typeof updateUserOperation>> {
    return userView(await this.updateUser.run(params.id, body, callerOf(call)));
  }

  @Serves(listUserRolesOperation)
  listRoles(
    { params, query }: RequestFor<typeof listUserRolesOperation>,
    call: HttpCall,
  ): Promise<ResponseFor<typeof listUserRolesOperation>> {
    return this.roles.ofUser(params.id, { window: windowOf(query), filter: query.filter, ids: query.id }, callerOf(call));
  }
}
