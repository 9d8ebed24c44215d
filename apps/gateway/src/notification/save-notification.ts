import { Injectable } from '@nestjs/common';
import {
  createNotification,
  updateNotification,
  type createNotificationOperation,
  type NotificationRecord,
  type Ref,
  type RequestFor,
  type updateNotificationOperation,
  type UserPrincipal,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { everything } from '../certificate/certificate-list-input.js';
import { CertificateList } from '../certificate/certificate-list.js';
import { fieldRefused } from '../http/field-refused.js';

type CreateBody = RequestFor<typeof createNotificationOperation>['body'];
type EditBody = RequestFor<typeof updateNotificationOperation>['body'];

/** Notifications, with the certificates that they are to hang on. */
@Injectable()
export class SaveNotification {
  constructor(
    private readonly rpc: RpcClient,
    private readonly lists: CertificateList,
  ) {}

  /** One that was just made is always active (rest-api §11). */
  async create({ label, description, plugin, certificates }: CreateBody, principal: UserPrincipal): Promise<NotificationRecord> {
    const certificateIds = await this.certificateIds(certificates, 'certificates', principal);
    return this.rpc.call(createNotification, { label, description, plugin, active: true, certificateIds }, { principal });
  }

  async update(id: number, { label, description, plugin, active, addedCertificates, removedCertificates }: EditBody, principal: UserPrincipal): Promise<NotificationRecord> {
    const [addedCertificateIds, removedCertificateIds] = await Promise.all([
      this.certificateIds(addedCertificates, 'addedCertificates', principal),
      this.certificateIds(removedCertificates, 'removedCertificates', principal),
    ]);
    return this.rpc.call(updateNotification, { id, label, description, plugin, active: active ?? null, addedCertificateIds, removedCertificateIds }, { principal });
  }

  /** @throws AppError `invalid_argument`, field `<field>._schema`, for one that does not exist */
  private async certificateIds(refs: readonly Partial<Ref>[], field: string, principal: UserPrincipal): Promise<number[]> {
    if (refs.length === 0) return [];
    const ids = refs.flatMap(({ id }) => id ?? []);
    const known = ids.length === 0 ? [] : await this.lists.byIds(ids, principal);
    const named = await Promise.all(refs.flatMap(({ id, name }) => (id === undefined && name !== undefined ? [this.lists.whole({ ...everything({ count: 1, page: 1 }), name }, principal)] : [])));
    const found = [...known, ...named.flatMap(({ items }) => items)];
    for (const { id, name } of refs) {
      if (found.some((certificate) => (id === undefined ? certificate.name === name : certificate.id === id))) continue;
      throw fieldRefused(`${field}._schema`, `certificate ${id ?? JSON.stringify(name)} does not exist`);
    }
    return [...new Set(found.map(({ id }) => id))];
  }
}
