import { Controller } from '@nestjs/common';
import {
  createDomain,
  createDomainOperation,
  getDomain,
  getDomainOperation,
  listDomains,
  listDomainsOperation,
  updateDomain,
  updateDomainOperation,
  type RequestFor,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';

@Controller()
export class DomainController {
  constructor(private readonly rpc: RpcClient) {}

  @Serves(listDomainsOperation)
  list({ query }: RequestFor<typeof listDomainsOperation>, call: HttpCall) {
    const input = { window: windowOf(query), filter: query.filter ?? null, certificateId: null, ids: query.id ?? null };
    return inSlices(input.window, (window) => this.rpc.call(listDomains, { ...input, window }, { principal: callerOf(call) }));
  }

  @Serves(createDomainOperation)
  create({ body }: RequestFor<typeof createDomainOperation>, call: HttpCall) {
    return this.rpc.call(createDomain, body, { principal: callerOf(call) });
  }

  @Serves(getDomainOperation)
  get({ params }: RequestFor<typeof getDomainOperation>, call: HttpCall) {
    return this.rpc.call(getDomain, params, { principal: callerOf(call) });
  }

  @Serves(updateDomainOperation)
  update({ params, body }: RequestFor<typeof updateDomainOperation>, call: HttpCall) {
    return this.rpc.call(updateDomain, { id: params.id, ...body }, { principal: callerOf(call) });
  }
}
