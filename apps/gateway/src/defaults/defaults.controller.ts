import { Controller } from '@nestjs/common';
import { getDefaults, getDefaultsOperation, type RequestFor, type ResponseFor } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { Serves } from '../http/serve.decorator.js';

@Controller()
export class DefaultsController {
  constructor(private readonly rpc: RpcClient) {}

  @Serves(getDefaultsOperation)
  get(_: RequestFor<typeof getDefaultsOperation>, call: HttpCall): Promise<ResponseFor<typeof getDefaultsOperation>> {
    return this.rpc.call(getDefaults, {}, { principal: callerOf(call) });
  }
}
