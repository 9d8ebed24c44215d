import { Controller } from '@nestjs/common';
import {
  createApiKeyOperation,
  deleteApiKeyOperation,
  describeApiKeyOperation,
  getApiKeyOperation,
  listApiKeysOperation,
  updateApiKeyOperation,
  type RequestFor,
  type ResponseFor,
} from '@sifaka/contracts';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { CreateApiKey } from './create-api-key.js';
import { apiKeyView } from './api-key.view.js';
import { UseApiKeys } from './use-api-keys.js';

@Controller()
export class ApiKeyController {
  constructor(
    private readonly keys: UseApiKeys,
    private readonly createKey: CreateApiKey,
  ) {}

  @Serves(listApiKeysOperation)
  async list({ query }: RequestFor<typeof listApiKeysOperation>, call: HttpCall): Promise<ResponseFor<typeof listApiKeysOperation>> {
    const { rows, total, nextCursor } = await this.keys.list(
      { window: windowOf(query), filter: query.filter, ids: query.id },
      callerOf(call),
    );
    return { items: rows.map(apiKeyView), total, nextCursor };
  }

  @Serves(createApiKeyOperation)
  async create({ body }: RequestFor<typeof createApiKeyOperation>, call: HttpCall): Promise<ResponseFor<typeof createApiKeyOperation>> {
    const { name, ttl, user } = body;
    const owner = user === undefined ? null : user.id === undefined ? { name: user.username } : { id: user.id };
    return { jwt: await this.createKey.run({ name, ttl, owner }, call) };
  }

  @Serves(getApiKeyOperation)
  async get({ params }: RequestFor<typeof getApiKeyOperation>, call: HttpCall): Promise<ResponseFor<typeof getApiKeyOperation>> {
    return { jwt: await this.keys.token(params, callerOf(call)) };
  }

  @Serves(updateApiKeyOperation)
  async update(
    { params, body }: RequestFor<typeof updateApiKeyOperation>,
    call: HttpCall,
  ): Promise<ResponseFor<typeof updateApiKeyOperation>> {
    await this.keys.update(params, body, callerOf(call));
    return { jwt: await this.keys.token(params, callerOf(call)) };
  }

  @Serves(deleteApiKeyOperation)
  async delete({ params }: RequestFor<typeof deleteApiKeyOperation>, call: HttpCall): Promise<ResponseFor<typeof deleteApiKeyOperation>> {
    await this.keys.delete(params, callerOf(call));
    return { result: true };
  }

  @Serves(describeApiKeyOperation)
  async describe(
    { params }: RequestFor<typeof describeApiKeyOperation>,
    call: HttpCall,
  ): Promise<ResponseFor<typeof describeApiKeyOperation>> {
    return apiKeyView(await this.keys.describe(params, callerOf(call)));
  }
}
