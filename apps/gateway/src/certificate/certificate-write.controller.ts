import { Controller } from '@nestjs/common';
import {
  createCertificateOperation,
  deactivateCertificate,
  deactivateCertificateOperation,
  deleteCertificate,
  deleteCertificateOperation,
  deleteCertificateSwitchesOperation,
  describeCertificateOperation,
  editCertificateOperation,
  exportCertificate,
  exportCertificateOperation,
  putCertificateSwitchesOperation,
  revokeCertificateOperation,
  switchCertificate,
  switchCertificateOperation,
  updateCertificateOwnerOperation,
  updateCertificateSwitchesOperation,
  uploadCertificateOperation,
  viewCertificateKey,
  viewCertificateKeyOperation,
  type CertificateRecord,
  type CertificateView,
  type RequestFor,
  type ResponseFor,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { ComposeCertificates } from '../composition/compose-certificates.js';
import { asAnswer, ComposePendingCertificates } from '../composition/compose-pending-certificates.js';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { Serves } from '../http/serve.decorator.js';
import { CreateCertificate } from './create-certificate.js';
import { EditCertificate } from './edit-certificate.js';
import { RevokeCertificate } from './revoke-certificate.js';

@Controller()
export class CertificateWriteController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly creation: CreateCertificate,
    private readonly edits: EditCertificate,
    private readonly compose: ComposeCertificates,
    private readonly composePending: ComposePendingCertificates,
    private readonly revocation: RevokeCertificate,
  ) {}

  @Serves(createCertificateOperation)
  async create({ body }: RequestFor<typeof createCertificateOperation>, call: HttpCall): Promise<ResponseFor<typeof createCertificateOperation>> {
    const { made, destinations, notifications } = await this.creation.issue(body, callerOf(call), call.idempotencyKey);
    const view = 'certificate' in made ? await this.compose.view(made.certificate) : asAnswer(await this.composePending.view(made.pending));
    return { ...view, destinations, notifications: notifications ?? view.notifications };
  }

  @Serves(uploadCertificateOperation)
  async upload({ body }: RequestFor<typeof uploadCertificateOperation>, call: HttpCall): Promise<CertificateView> {
    const { made, destinations, notifications } = await this.creation.upload(body, callerOf(call), call.idempotencyKey);
    const view = await this.compose.view(made);
    return { ...view, destinations, notifications: notifications ?? view.notifications };
  }

  @Serves(editCertificateOperation)
  edit({ params, body }: RequestFor<typeof editCertificateOperation>, call: HttpCall): Promise<CertificateView> {
    return this.view(this.edits.edit(params.id, body, callerOf(call)));
  }

  @Serves(putCertificateSwitchesOperation)
  editBySwitches({ params, body }: RequestFor<typeof putCertificateSwitchesOperation>, call: HttpCall): Promise<CertificateView> {
    return this.view(this.edits.edit(params.id, body, callerOf(call)));
  }

  @Serves(switchCertificateOperation)
  switch({ params, body }: RequestFor<typeof switchCertificateOperation>, call: HttpCall): Promise<CertificateView> {
    return this.setFlags(params.id, body, call);
  }

  @Serves(updateCertificateSwitchesOperation)
  updateSwitches({ params, body }: RequestFor<typeof updateCertificateSwitchesOperation>, call: HttpCall): Promise<CertificateView> {
    return this.setFlags(params.id, body, call);
  }

  @Serves(updateCertificateOwnerOperation)
  changeOwner({ params, body }: RequestFor<typeof updateCertificateOwnerOperation>, call: HttpCall): Promise<CertificateView> {
    return this.view(this.edits.changeOwner(params.id, body.owner, callerOf(call)));
  }

  @Serves(describeCertificateOperation)
  describe({ params, body }: RequestFor<typeof describeCertificateOperation>, call: HttpCall): Promise<CertificateView> {
    return this.view(this.edits.describe(params.id, body, callerOf(call)));
  }

  @Serves(deleteCertificateOperation)
  async delete({ params }: RequestFor<typeof deleteCertificateOperation>, call: HttpCall): Promise<void> {
    await this.rpc.call(deleteCertificate, params, { principal: callerOf(call) });
  }

  @Serves(deleteCertificateSwitchesOperation)
  async deleteBySwitches({ params }: RequestFor<typeof deleteCertificateSwitchesOperation>, call: HttpCall): Promise<void> {
    await this.rpc.call(deleteCertificate, params, { principal: callerOf(call) });
  }

  @Serves(viewCertificateKeyOperation)
  viewKey({ params }: RequestFor<typeof viewCertificateKeyOperation>, call: HttpCall) {
    return this.rpc.call(viewCertificateKey, params, { principal: callerOf(call) });
  }

  @Serves(exportCertificateOperation)
  export({ params, body }: RequestFor<typeof exportCertificateOperation>, call: HttpCall) {
    return this.rpc.call(exportCertificate, { id: params.id, plugin: body.plugin }, { principal: callerOf(call) });
  }

  @Serves(revokeCertificateOperation)
  revoke({ params, body }: RequestFor<typeof revokeCertificateOperation>, call: HttpCall) {
    return this.revocation.run(params.id, body, callerOf(call));
  }

  @Serves(deactivateCertificateOperation)
  deactivate({ params }: RequestFor<typeof deactivateCertificateOperation>, call: HttpCall) {
    return this.rpc.call(deactivateCertificate, params, { principal: callerOf(call) });
  }

  private setFlags(id: number, flags: { notify?: boolean | undefined; rotation?: boolean | undefined }, call: HttpCall): Promise<CertificateView> {
    const input = { id, notify: flags.notify ?? null, rotation: flags.rotation ?? null };
    return this.view(this.rpc.call(switchCertificate, input, { principal: callerOf(call) }));
  }

  private async view(record: Promise<CertificateRecord>): Promise<CertificateView> {
    return this.compose.view(await record);
  }
}
