import { Injectable } from '@nestjs/common';
import {
  authorizeCertificateWrite,
  changeCertificateOwner,
  describeCertificate,
  getCertificate,
  updateCertificate,
  type CertificateRecord,
  type describeCertificateOperation,
  type editCertificateOperation,
  type RequestFor,
  type UserPrincipal,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { AttachDestinations } from '../attachment/attach-destinations.js';
import { OwnerRole } from '../composition/owner-role.js';
import { ResolveReferences } from '../composition/resolve-references.js';
import { AttachNotifications } from '../notification/attach-notifications.js';
import { fieldRefused } from '../http/field-refused.js';

type EditBody = RequestFor<typeof editCertificateOperation>['body'];
type DescribeBody = RequestFor<typeof describeCertificateOperation>['body'];

/** Changes of a certificate that involve more than passing them on. */
@Injectable()
export class EditCertificate {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: ResolveReferences,
    private readonly ownerRole: OwnerRole,
    private readonly attaching: AttachDestinations,
    private readonly notifying: AttachNotifications,
  ) {}

  /** Full replacement: what is absent becomes empty, flags that are absent stay (rest-api §6.5). */
  async edit(id: number, body: EditBody, principal: UserPrincipal): Promise<CertificateRecord> {
    // The right to edit comes before what is wrong with the edit: 404 and 403 win over 400.
    const facts = await this.rpc.call(authorizeCertificateWrite, { id }, { principal });
    const { owner } = body;
    if (owner === undefined) throw fieldRefused('owner', 'is required');
    const [told, places, before, roleIds] = await Promise.all([
      this.notifying.resolve(body.notifications, principal),
      this.attaching.resolve(body.destinations, facts, principal),
      // Nothing is saved while destinations or notifications could not be: they are read first.
      this.attaching.current(id, principal),
      this.references.roleIds(body.roles),
      this.notifying.current(id, principal),
    ]);
    const edited = await this.ownerRole.during(owner, principal, (ownerRoleId) =>
      this.rpc.call(
        updateCertificate,
        {
          id,
          owner,
          ownerRoleId,
          roleIds,
          description: body.description ?? '',
          notify: body.notify ?? null,
          rotation: body.rotation ?? null,
          rotationPolicy: body.rotationPolicy,
          replaces: body.replacements ?? body.replaces,
        },
        { principal },
      ),
    );
    const wanted = places.map((place) => place.id);
    if (!areSame(before, wanted)) await this.attaching.replace(id, wanted, principal);
    await this.notifying.replace({ id, owner, formerOwner: facts.owner, notificationIds: told.map((notification) => notification.id) }, principal);
    return edited;
  }

  async changeOwner(id: number, owner: string, principal: UserPrincipal): Promise<CertificateRecord> {
    // Whether the owner may be one, and whether this caller may change it, is for issuer-svc to say, in that order.
    const [facts, before] = await Promise.all([this.rpc.call(getCertificate, { id }, { principal }), this.notifying.current(id, principal)]);
    const changed = await this.ownerRole.during(owner, principal, (ownerRoleId) => this.rpc.call(changeCertificateOwner, { id, owner, ownerRoleId }, { principal }));
    if (owner !== facts.owner) await this.notifying.replace({ id, owner, formerOwner: facts.owner, notificationIds: before.map((notification) => notification.id) }, principal);
    return changed;
  }

  async describe(id: number, body: DescribeBody, principal: UserPrincipal): Promise<CertificateRecord> {
    if (body.description === undefined) {
      await this.rpc.call(authorizeCertificateWrite, { id }, { principal });
      throw fieldRefused('description', 'is required');
    }
    return this.rpc.call(describeCertificate, { id, description: body.description }, { principal });
  }
}

const areSame = (before: readonly number[], wanted: readonly number[]): boolean => before.length === wanted.length && wanted.every((id) => before.includes(id));
