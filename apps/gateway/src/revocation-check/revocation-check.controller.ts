import { Controller } from '@nestjs/common';
import { checkRevocation, checkRevocationOperation, getRevocationCheck, getRevocationCheckOperation, type RequestFor, type ResponseFor } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { Serves } from '../http/serve.decorator.js';

/** What the CA of a certificate says of it. */
@Controller()
export class RevocationCheckController {
  constructor(private readonly rpc: RpcClient) {}

  @Serves(getRevocationCheckOperation)
  last({ params }: RequestFor<typeof getRevocationCheckOperation>, call: HttpCall): Promise<ResponseFor<typeof getRevocationCheckOperation>> {
    return this.rpc.call(getRevocationCheck, { id: params.id }, { principal: callerOf(call) });
  }

  @Serves(checkRevocationOperation)
  check({ params }: RequestFor<typeof checkRevocationOperation>, call: HttpCall): Promise<ResponseFor<typeof checkRevocationOperation>> {
    return this.rpc.call(checkRevocation, { id: params.id }, { principal: callerOf(call) });
  }
}
