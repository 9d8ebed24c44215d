import { Controller } from '@nestjs/common';
import {
  cancelPendingCertificate,
  cancelPendingCertificateOperation,
  editPendingCertificateOperation,
  getPendingCertificate,
  getPendingCertificateOperation,
  listPendingCertificates,
  listPendingCertificatesOperation,
  retryPendingCertificate,
  retryPendingCertificateOperation,
  uploadPendingCertificate,
  uploadPendingCertificateOperation,
  viewPendingCertificateKey,
  viewPendingCertificateKeyOperation,
  type PendingCertificateRecord,
  type PendingCertificateView,
  type RequestFor,
  type ResponseFor,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { ComposePendingCertificates } from '../composition/compose-pending-certificates.js';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';
import { UserRepository } from '../user/user.repository.js';
import { EditPendingCertificate } from './edit-pending-certificate.js';
import { pendingListInput } from './pending-list-input.js';

/** Users that a filter by creator may stand for, as for certificates. */
const maxCreators = 1_000;

@Controller()
export class PendingCertificateController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly compose: ComposePendingCertificates,
    private readonly edits: EditPendingCertificate,
    private readonly users: UserRepository,
  ) {}

  @Serves(listPendingCertificatesOperation)
  async list({ query }: RequestFor<typeof listPendingCertificatesOperation>, call: HttpCall): Promise<ResponseFor<typeof listPendingCertificatesOperation>> {
    const creators = query.creator === undefined || query.creator === '' ? null : await this.users.idsByEmail(query.creator, maxCreators);
    const input = pendingListInput(query, creators);
    const { items, ...rest } = await inSlices(input.window, (window) => this.rpc.call(listPendingCertificates, { ...input, window }, { principal: callerOf(call) }));
    return { items: await this.compose.views(items), ...rest };
  }

  @Serves(getPendingCertificateOperation)
  get({ params }: RequestFor<typeof getPendingCertificateOperation>, call: HttpCall): Promise<PendingCertificateView> {
    return this.view(this.rpc.call(getPendingCertificate, params, { principal: callerOf(call) }));
  }

  @Serves(editPendingCertificateOperation)
  edit({ params, body }: RequestFor<typeof editPendingCertificateOperation>, call: HttpCall): Promise<PendingCertificateView> {
    return this.view(this.edits.run(params.id, body, callerOf(call)));
  }

  @Serves(cancelPendingCertificateOperation)
  async cancel({ params, body }: RequestFor<typeof cancelPendingCertificateOperation>, call: HttpCall): Promise<void> {
    await this.rpc.call(cancelPendingCertificate, { id: params.id, note: body.note ?? '' }, { principal: callerOf(call) });
  }

  @Serves(viewPendingCertificateKeyOperation)
  viewKey({ params }: RequestFor<typeof viewPendingCertificateKeyOperation>, call: HttpCall) {
    return this.rpc.call(viewPendingCertificateKey, params, { principal: callerOf(call) });
  }

  @Serves(uploadPendingCertificateOperation)
  upload({ params, body }: RequestFor<typeof uploadPendingCertificateOperation>, call: HttpCall): Promise<PendingCertificateView> {
    const input = { id: params.id, body: body.body, chain: body.chain ?? null, externalId: body.externalId ?? null };
    return this.view(this.rpc.call(uploadPendingCertificate, input, { principal: callerOf(call) }));
  }

  @Serves(retryPendingCertificateOperation)
  retry({ params }: RequestFor<typeof retryPendingCertificateOperation>, call: HttpCall): Promise<PendingCertificateView> {
    return this.view(this.rpc.call(retryPendingCertificate, params, { principal: callerOf(call) }));
  }

  private async view(record: Promise<PendingCertificateRecord>): Promise<PendingCertificateView> {
    return this.compose.view(await record);
  }
}
