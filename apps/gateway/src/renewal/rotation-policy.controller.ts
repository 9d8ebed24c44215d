import { Controller } from '@nestjs/common';
import {
  createRotationPolicy,
  createRotationPolicyOperation,
  deleteRotationPolicy,
  deleteRotationPolicyOperation,
  getRotationPolicy,
  getRotationPolicyOperation,
  listRotationPolicies,
  listRotationPoliciesOperation,
  updateRotationPolicy,
  updateRotationPolicyOperation,
  type RequestFor,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';

@Controller()
export class RotationPolicyController {
  constructor(private readonly rpc: RpcClient) {}

  @Serves(listRotationPoliciesOperation)
  list({ query }: RequestFor<typeof listRotationPoliciesOperation>, call: HttpCall) {
    const input = { window: windowOf(query), filter: query.filter ?? null, ids: query.id ?? null };
    return inSlices(input.window, (window) => this.rpc.call(listRotationPolicies, { ...input, window }, { principal: callerOf(call) }));
  }

  @Serves(createRotationPolicyOperation)
  create({ body }: RequestFor<typeof createRotationPolicyOperation>, call: HttpCall) {
    return this.rpc.call(createRotationPolicy, { ...body, lifetimeFraction: body.lifetimeFraction ?? null }, { principal: callerOf(call) });
  }

  @Serves(getRotationPolicyOperation)
  get({ params }: RequestFor<typeof getRotationPolicyOperation>, call: HttpCall) {
    return this.rpc.call(getRotationPolicy, params, { principal: callerOf(call) });
  }

  @Serves(updateRotationPolicyOperation)
  update({ params, body }: RequestFor<typeof updateRotationPolicyOperation>, call: HttpCall) {
    return this.rpc.call(updateRotationPolicy, { id: params.id, ...body, lifetimeFraction: body.lifetimeFraction ?? null }, { principal: callerOf(call) });
  }

  @Serves(deleteRotationPolicyOperation)
  async delete({ params }: RequestFor<typeof deleteRotationPolicyOperation>, call: HttpCall): Promise<void> {
    await this.rpc.call(deleteRotationPolicy, params, { principal: callerOf(call) });
  }
}
