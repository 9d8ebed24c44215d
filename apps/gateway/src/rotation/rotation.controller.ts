import { Controller } from '@nestjs/common';
import {
  getRotation,
  getRotationOperation,
  listRotations,
  listRotationsOperation,
  retryRotation,
  retryRotationOperation,
  rotateCertificateOperation,
  rotateDueOperation,
  rotateEndpointOperation,
  startRotation,
  type Ref,
  type RequestFor,
  type RotationsView,
  type RotationTarget,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';
import { ComposeRotations } from './compose-rotations.js';

interface Settings {
  certificate?: Ref | null | undefined;
  removeOld: boolean;
  dryRun: boolean;
  verify: boolean;
}

const nothing: RotationTarget = { endpointIds: null, certificateId: null, allDue: false, region: null, sourceId: null };

/** Endpoints on their way from one certificate to another, which deploy-svc takes care of. */
@Controller()
export class RotationController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly compose: ComposeRotations,
  ) {}

  @Serves(rotateEndpointOperation)
  rotateEndpoint({ params, body }: RequestFor<typeof rotateEndpointOperation>, call: HttpCall) {
    return this.start({ ...nothing, endpointIds: [params.id] }, body, call);
  }

  @Serves(rotateCertificateOperation)
  rotateCertificate({ params, body }: RequestFor<typeof rotateCertificateOperation>, call: HttpCall) {
    return this.start({ ...nothing, certificateId: params.id, region: body.region ?? null }, body, call);
  }

  @Serves(rotateDueOperation)
  rotateDue({ body }: RequestFor<typeof rotateDueOperation>, call: HttpCall) {
    return this.start({ ...nothing, allDue: true, region: body.region ?? null, sourceId: body.sourceId ?? null }, body, call);
  }

  @Serves(listRotationsOperation)
  async list({ query }: RequestFor<typeof listRotationsOperation>, call: HttpCall) {
    const { endpointId = null, certificateId = null, state = null, id: ids = null } = query;
    const input = { endpointId, certificateId, state, ids };
    const page = await inSlices(windowOf(query), (window) => this.rpc.call(listRotations, { ...input, window }, { principal: callerOf(call) }));
    return { ...page, items: await this.compose.views(page.items) };
  }

  @Serves(getRotationOperation)
  async get({ params }: RequestFor<typeof getRotationOperation>, call: HttpCall) {
    return this.compose.view(await this.rpc.call(getRotation, params, { principal: callerOf(call) }));
  }

  @Serves(retryRotationOperation)
  async retry({ params }: RequestFor<typeof retryRotationOperation>, call: HttpCall) {
    return this.compose.view(await this.rpc.call(retryRotation, params, { principal: callerOf(call) }));
  }

  private async start(target: RotationTarget, { certificate, removeOld, dryRun, verify }: Settings, call: HttpCall): Promise<RotationsView> {
    const input = { target, newCertificate: certificate ?? null, removesOld: removeOld, isDryRun: dryRun, verifies: verify };
    return this.compose.answer(await this.rpc.call(startRotation, input, { principal: callerOf(call) }));
  }
}
