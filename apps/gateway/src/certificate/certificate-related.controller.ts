import { Controller } from '@nestjs/common';
import {
  getAuthority,
  getCertificate,
  getCertificateAuthorityOperation,
  getCertificateCreatorOperation,
  listCertificateDestinationsOperation,
  listCertificateDomainsOperation,
  listCertificateNotificationsOperation,
  listCertificateSourcesOperation,
  listDomains,
  listReplacementsOperation,
  type CertificateRecord,
  type RequestFor,
  type ResponseFor,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { Attachments } from '../attachment/attachments.js';
import { ComposeAuthorities } from '../composition/compose-authorities.js';
import { ComposeCertificates } from '../composition/compose-certificates.js';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { pageOf, windowOf } from '../http/list-window.js';
import { inSlices } from '../listing/in-slices.js';
import { Serves } from '../http/serve.decorator.js';
import { UserRepository } from '../user/user.repository.js';
import { CertificateList } from './certificate-list.js';

/** What hangs on one certificate. */
@Controller()
export class CertificateRelatedController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly lists: CertificateList,
    private readonly certificates: ComposeCertificates,
    private readonly authorities: ComposeAuthorities,
    private readonly users: UserRepository,
    private readonly attachments: Attachments,
  ) {}

  @Serves(listReplacementsOperation)
  async replacements({ params }: RequestFor<typeof listReplacementsOperation>, call: HttpCall): Promise<ResponseFor<typeof listReplacementsOperation>> {
    const { replaces } = await this.find(params.id, call);
    if (replaces.length === 0) throw new AppError('not_found', `certificate ${params.id} replaces none`);
    const items = await this.lists.byIds(
      replaces.map(({ id }) => id),
      callerOf(call),
    );
    return { items, total: items.length };
  }

  @Serves(getCertificateAuthorityOperation)
  async authority({ params }: RequestFor<typeof getCertificateAuthorityOperation>, call: HttpCall): Promise<ResponseFor<typeof getCertificateAuthorityOperation>> {
    const { authority } = await this.find(params.id, call);
    if (authority === null) throw new AppError('not_found', `certificate ${params.id} has no authority here`);
    return this.authorities.view(await this.rpc.call(getAuthority, { ref: { id: authority.id } }, { principal: callerOf(call) }));
  }

  @Serves(getCertificateCreatorOperation)
  async creator({ params }: RequestFor<typeof getCertificateCreatorOperation>, call: HttpCall): Promise<ResponseFor<typeof getCertificateCreatorOperation>> {
    const { userId } = await this.find(params.id, call);
    const user = userId === null ? null : await this.users.find(userId);
    if (user === null) throw new AppError('not_found', `certificate ${params.id} was made by no user`);
    return { ...user };
  }

  @Serves(listCertificateDomainsOperation)
  domains({ params, query }: RequestFor<typeof listCertificateDomainsOperation>, call: HttpCall): Promise<ResponseFor<typeof listCertificateDomainsOperation>> {
    const input = { window: windowOf(query), filter: query.filter ?? null, certificateId: params.id, ids: query.id ?? null };
    return inSlices(input.window, (window) => this.rpc.call(listDomains, { ...input, window }, { principal: callerOf(call) }));
  }

  @Serves(listCertificateDestinationsOperation)
  async destinations({ params, query }: RequestFor<typeof listCertificateDestinationsOperation>, call: HttpCall): Promise<ResponseFor<typeof listCertificateDestinationsOperation>> {
    await this.find(params.id, call);
    return this.page(await this.attachments.destinationsOf([params.id]), params.id, query);
  }

  @Serves(listCertificateNotificationsOperation)
  async notifications({ params, query }: RequestFor<typeof listCertificateNotificationsOperation>, call: HttpCall): Promise<ResponseFor<typeof listCertificateNotificationsOperation>> {
    const { notifications } = await this.certificates.view(await this.find(params.id, call));
    return pageOf(notifications, query);
  }

  @Serves(listCertificateSourcesOperation)
  async sources({ params, query }: RequestFor<typeof listCertificateSourcesOperation>, call: HttpCall): Promise<ResponseFor<typeof listCertificateSourcesOperation>> {
    await this.find(params.id, call);
    return this.page(await this.attachments.sourcesOf([params.id]), params.id, query);
  }

  private page<T>(found: ReadonlyMap<number, readonly T[]>, id: number, query: Parameters<typeof pageOf>[1]): { items: T[]; total: number } {
    return pageOf(found.get(id) ?? [], query);
  }

  private find(id: number, call: HttpCall): Promise<CertificateRecord> {
    return this.rpc.call(getCertificate, { id }, { principal: callerOf(call) });
  }
}
