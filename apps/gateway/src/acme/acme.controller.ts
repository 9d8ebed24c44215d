import { Controller } from '@nestjs/common';
import {
  deactivateAcmeAccount,
  deactivateAcmeAccountOperation,
  getAcmeAccount,
  getAcmeAccountOperation,
  getAcmeOrder,
  getAcmeOrderOperation,
  listAcmeAccounts,
  listAcmeAccountsOperation,
  listAcmeOrders,
  listAcmeOrdersOperation,
  rollOverAcmeAccount,
  rollOverAcmeAccountOperation,
  updateAcmeAccount,
  updateAcmeAccountOperation,
  type RequestFor,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';

/** ACME accounts and orders, which acme-svc keeps. */
@Controller()
export class AcmeController {
  constructor(private readonly rpc: RpcClient) {}

  @Serves(listAcmeAccountsOperation)
  listAccounts({ query }: RequestFor<typeof listAcmeAccountsOperation>, call: HttpCall) {
    const { authority = null } = query;
    return inSlices(windowOf(query), (window) => this.rpc.call(listAcmeAccounts, { window, authority }, { principal: callerOf(call) }));
  }

  @Serves(getAcmeAccountOperation)
  getAccount({ params }: RequestFor<typeof getAcmeAccountOperation>, call: HttpCall) {
    return this.rpc.call(getAcmeAccount, params, { principal: callerOf(call) });
  }

  @Serves(updateAcmeAccountOperation)
  updateAccount({ params, body }: RequestFor<typeof updateAcmeAccountOperation>, call: HttpCall) {
    return this.rpc.call(updateAcmeAccount, { id: params.id, email: body.email }, { principal: callerOf(call) });
  }

  @Serves(rollOverAcmeAccountOperation)
  rollOverAccount({ params }: RequestFor<typeof rollOverAcmeAccountOperation>, call: HttpCall) {
    return this.rpc.call(rollOverAcmeAccount, params, { principal: callerOf(call) });
  }

  @Serves(deactivateAcmeAccountOperation)
  deactivateAccount({ params }: RequestFor<typeof deactivateAcmeAccountOperation>, call: HttpCall) {
    return this.rpc.call(deactivateAcmeAccount, params, { principal: callerOf(call) });
  }

  @Serves(listAcmeOrdersOperation)
  listOrders({ query }: RequestFor<typeof listAcmeOrdersOperation>, call: HttpCall) {
    const { authority = null, state = null, pendingCertificateId = null } = query;
    return inSlices(windowOf(query), (window) => this.rpc.call(listAcmeOrders, { window, authority, state, pendingCertificateId }, { principal: callerOf(call) }));
  }

  @Serves(getAcmeOrderOperation)
  getOrder({ params }: RequestFor<typeof getAcmeOrderOperation>, call: HttpCall) {
    return this.rpc.call(getAcmeOrder, params, { principal: callerOf(call) });
  }
}
