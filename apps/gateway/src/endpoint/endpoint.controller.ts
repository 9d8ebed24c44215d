import { Controller } from '@nestjs/common';
import {
  checkEndpoint,
  checkEndpointOperation,
  createEndpointOperation,
  deleteEndpoint,
  deleteEndpointOperation,
  getEndpoint,
  getEndpointOperation,
  listEndpoints,
  listEndpointsOperation,
  updateEndpointOperation,
  type RequestFor,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';
import { ComposeEndpoints } from './compose-endpoints.js';
import { SaveEndpoint } from './save-endpoint.js';

/** Endpoints (rest-api §12), which discovery-svc keeps. */
@Controller()
export class EndpointController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly compose: ComposeEndpoints,
    private readonly saving: SaveEndpoint,
  ) {}

  @Serves(listEndpointsOperation)
  async list({ query }: RequestFor<typeof listEndpointsOperation>, call: HttpCall) {
    const { filter = null, owner = null, certificateId = null, sourceId = null, id: ids = null } = query;
    const input = { filter, owner, certificateId, sourceId, ids };
    const page = await inSlices(windowOf(query), (window) => this.rpc.call(listEndpoints, { ...input, window }, { principal: callerOf(call) }));
    return { ...page, items: await this.compose.views(page.items) };
  }

  @Serves(getEndpointOperation)
  async get({ params }: RequestFor<typeof getEndpointOperation>, call: HttpCall) {
    return this.compose.view(await this.rpc.call(getEndpoint, params, { principal: callerOf(call) }));
  }

  @Serves(createEndpointOperation)
  async create({ body }: RequestFor<typeof createEndpointOperation>, call: HttpCall) {
    return this.compose.view(await this.saving.create(body, callerOf(call)));
  }

  @Serves(updateEndpointOperation)
  async update({ params, body }: RequestFor<typeof updateEndpointOperation>, call: HttpCall) {
    return this.compose.view(await this.saving.update(params.id, body, callerOf(call)));
  }

  /** Also for one that is not there, as sources and destinations are deleted. */
  @Serves(deleteEndpointOperation)
  async delete({ params }: RequestFor<typeof deleteEndpointOperation>, call: HttpCall) {
    await this.rpc.call(deleteEndpoint, params, { principal: callerOf(call) });
    return { result: true as const };
  }

  @Serves(checkEndpointOperation)
  async check({ params }: RequestFor<typeof checkEndpointOperation>, call: HttpCall) {
    return this.compose.view(await this.rpc.call(checkEndpoint, params, { principal: callerOf(call) }));
  }
}
