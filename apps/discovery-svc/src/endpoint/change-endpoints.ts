import { Injectable } from '@nestjs/common';
import type { createEndpoint, deleteEndpoint, EndpointRecord, InputOf, Principal, updateEndpoint } from '@sifaka/contracts';
import { ReadEndpoints } from './read-endpoints.js';
import { SaveEndpoint } from './save-endpoint.js';

/** Changes of an endpoint that answer with what it is then. */
@Injectable()
export class ChangeEndpoints {
  constructor(
    private readonly saving: SaveEndpoint,
    private readonly reader: ReadEndpoints,
  ) {}

  async create(input: InputOf<typeof createEndpoint>, principal: Principal): Promise<EndpointRecord> {
    return this.reader.get(await this.saving.create(input, principal));
  }

  async update(input: InputOf<typeof updateEndpoint>, principal: Principal): Promise<EndpointRecord> {
    await this.saving.update(input, principal);
    return this.reader.get(input.id);
  }

  delete(input: InputOf<typeof deleteEndpoint>, principal: Principal): Promise<{ isDeleted: boolean }> {
    return this.saving.delete(input, principal);
  }
}
