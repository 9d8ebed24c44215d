import { Controller } from '@nestjs/common';
import {
  createUserApiKeyOperation,
  deleteUserApiKeyOperation,
  getUserApiKeyOperation,
  listUserApiKeysOperation,
  updateUserApiKeyOperation,
  type RequestFor,
  type ResponseFor,
} from '@sifaka/contracts';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { CreateApiKey } from './create-api-key.js';
import { apiKeyView } from './api-key.view.js';
import { UseApiKeys } from './use-api-keys.js';

/** The same keys, below the user they belong to. */
@Controller()
export class UserApiKeyController {
  constructor(
    private readonly keys: UseApiKeys,
    private readonly createKey: CreateApiKey,
  ) {}

  @Serves(listUserApiKeysOperation)
  async list(
    { params, query }: RequestFor<typeof listUserApiKeysOperation>,
    call: HttpCall,
  ): Promise<ResponseFor<typeof listUserApiKeysOperation>> {
    const request = { window: windowOf(query), filter: query.filter, ids: query.id };
    const { rows, total, nextCursor } = await this.keys.listOf(params.userId, request, callerOf(call));
    return { items: rows.map(apiKeyView), total, nextCursor };
  }

  @Serves(createUserApiKeyOperation)
  async create(
    { params, body }: RequestFor<typeof createUserApiKeyOperation>,
    call: HttpCall,
  ): Promise<ResponseFor<typeof createUserApiKeyOperation>> {
    return { jwt: await this.createKey.run({ name: body.name, ttl: body.ttl, owner: { id: params.userId }, isOwnerInPath: true }, call) };
  }

  @Serves(getUserApiKeyOperation)
  async get({ params }: RequestFor<typeof getUserApiKeyOperation>, call: HttpCall): Promise<ResponseFor<typeof getUserApiKeyOperation>> {
    return { jwt: await this.keys.token(params, callerOf(call)) };
  }

  @Serves(updateUserApiKeyOperation)
  async update(
    { params, body }: RequestFor<typeof updateUserApiKeyOperation>,
    call: HttpCall,
  ): Promise<ResponseFor<typeof updateUserApiKeyOperation>> {
    await this.keys.update(params, body, callerOf(call));
    return { jwt: await this.keys.token(params, callerOf(call)) };
  }

  @Serves(deleteUserApiKeyOperation)
  async delete(
    { params }: RequestFor<typeof deleteUserApiKeyOperation>,
    call: HttpCall,
  ): Promise<ResponseFor<typeof deleteUserApiKeyOperation>> {
    await this.keys.delete(params, callerOf(call));
    return { result: true };
  }
}
