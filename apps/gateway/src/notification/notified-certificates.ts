import { Injectable } from '@nestjs/common';
import { listNotifiedCertificates, type CertificateListInput, type CertificateView, type UserPrincipal } from '@sifaka/contracts';
import { limits } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { CertificateList } from '../certificate/certificate-list.js';
import { fieldRefused } from '../http/field-refused.js';
import type { Listed } from '../listing/in-slices.js';

/** Lists of certificates that a notification hangs on, which two services know halves of. */
@Injectable()
export class NotifiedCertificates {
  constructor(
    private readonly rpc: RpcClient,
    private readonly lists: CertificateList,
  ) {}

  /** Without any order or condition of the caller: newest first, however many there are. */
  async newest(notificationId: number, { offset, limit }: { offset: number; limit: number }, principal: UserPrincipal): Promise<Listed<CertificateView>> {
    const { certificateIds, total } = await this.rpc.call(listNotifiedCertificates, { notificationId, offset, limit: Math.min(limit, limits.listCount) }, { principal });
    const found = certificateIds.length === 0 ? [] : await this.lists.byIds(certificateIds, principal);
    const byId = new Map(found.map((view) => [view.id, view]));
    return { items: certificateIds.flatMap((id) => byId.get(id) ?? []), total, nextCursor: null };
  }

  /**
   * A list with conditions, narrowed to the certificates of a notification.
   *
   * @throws AppError `invalid_argument` for a notification of more certificates than can be told to the service that knows the conditions
   */
  async narrowed(notificationId: number, input: CertificateListInput, principal: UserPrincipal): Promise<CertificateListInput> {
    const { certificateIds, total } = await this.rpc.call(listNotifiedCertificates, { notificationId, offset: 0, limit: limits.listCount }, { principal });
    if (total > limits.listCount) throw fieldRefused('notificationId', `hangs on ${total} certificates: up to ${limits.listCount} can be sorted or joined with other conditions; leave those out`);
    const { ids } = input;
    return { ...input, ids: ids === null ? certificateIds : certificateIds.filter((id) => ids.includes(id)) };
  }
}
