import { Controller } from '@nestjs/common';
import {
  getCertificate,
  getDeployment,
  getDeploymentOperation,
  getDestination,
  listCertificateDeploymentsOperation,
  listDeployments,
  listDeploymentsOperation,
  listDestinationDeploymentsOperation,
  retryCertificateDeploymentOperation,
  retryDeployment,
  retryDeploymentOperation,
  retryDestinationDeploymentOperation,
  type RequestFor,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';

type ListQuery = RequestFor<typeof listDeploymentsOperation>['query'];
type Parent = { certificateId: number } | { destinationId: number };

/** Certificates at destinations, which deploy-svc puts there. */
@Controller()
export class DeploymentController {
  constructor(private readonly rpc: RpcClient) {}

  @Serves(listDeploymentsOperation)
  list({ query }: RequestFor<typeof listDeploymentsOperation>, call: HttpCall) {
    return this.page(query, {}, call);
  }

  @Serves(listCertificateDeploymentsOperation)
  async listOfCertificate({ params, query }: RequestFor<typeof listCertificateDeploymentsOperation>, call: HttpCall) {
    const [page] = await Promise.all([this.page(query, { certificateId: params.id }, call), this.rpc.call(getCertificate, params, { principal: callerOf(call) })]);
    return page;
  }

  @Serves(listDestinationDeploymentsOperation)
  async listOfDestination({ params, query }: RequestFor<typeof listDestinationDeploymentsOperation>, call: HttpCall) {
    const [page] = await Promise.all([this.page(query, { destinationId: params.id }, call), this.rpc.call(getDestination, params, { principal: callerOf(call) })]);
    return page;
  }

  @Serves(getDeploymentOperation)
  get({ params }: RequestFor<typeof getDeploymentOperation>, call: HttpCall) {
    return this.rpc.call(getDeployment, params, { principal: callerOf(call) });
  }

  @Serves(retryDeploymentOperation)
  retry({ params }: RequestFor<typeof retryDeploymentOperation>, call: HttpCall) {
    return this.rpc.call(retryDeployment, params, { principal: callerOf(call) });
  }

  @Serves(retryCertificateDeploymentOperation)
  retryOfCertificate({ params }: RequestFor<typeof retryCertificateDeploymentOperation>, call: HttpCall) {
    return this.retryBelow({ certificateId: params.id }, params.deploymentId, call);
  }

  @Serves(retryDestinationDeploymentOperation)
  retryOfDestination({ params }: RequestFor<typeof retryDestinationDeploymentOperation>, call: HttpCall) {
    return this.retryBelow({ destinationId: params.id }, params.deploymentId, call);
  }

  private page(query: ListQuery, parent: Partial<Record<'certificateId' | 'destinationId', number>>, call: HttpCall) {
    const { certificateId = null, destinationId = null } = parent;
    const { state = null, id: ids = null } = query;
    return inSlices(windowOf(query), (window) => this.rpc.call(listDeployments, { window, certificateId, destinationId, state, ids }, { principal: callerOf(call) }));
  }

  private async retryBelow(parent: Parent, id: number, call: HttpCall) {
    const deployment = await this.rpc.call(getDeployment, { id }, { principal: callerOf(call) });
    const isBelow = 'certificateId' in parent ? deployment.certificateId === parent.certificateId : deployment.destinationId === parent.destinationId;
    if (!isBelow) throw new AppError('not_found', `deployment ${id} is of certificate ${deployment.certificateId} at destination ${deployment.destinationId}`);
    return this.rpc.call(retryDeployment, { id }, { principal: callerOf(call) });
  }
}
