import { Injectable } from '@nestjs/common';
import {
  authorizeCertificateWrite,
  changeCertificateOwner,
  describeCertificate,
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
  ) {}

  /** Full replacement: what is absent becomes empty, flags that are absent stay (rest-api §6.5). */
  async edit(id: number, body: EditBody, principal: UserPrincipal): Promise<CertificateRecord> {
    // The right to edit comes before what is wrong with the edit: 404 and 403 win over 400.
    const facts = await this.rpc.call(authorizeCertificateWrite, { id }, { principal });
    const { owner } = body;
    if (owner === undefined) throw fieldRefused('owner', 'is required');
    this.references.refuseNotifications(body.notifications);
    const [places, before, roleIds] = await Promise.all([
      this.attaching.resolve(body.destinations, facts, principal),
      // Nothing is saved while the destinations could not be: they are read first, and written only when they change.
      this.attaching.current(id, principal),
      this.references.roleIds(body.roles),
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
          replaces: body.replacements ?? body.replaces,
        },
        { principal },
      ),
    );
    const wanted = places.map((place) => place.id);
    if (!areSame(before, wanted)) await this.attaching.replace(id, wanted, principal);
    return edited;
  }

  async changeOwner(id: number, owner: string, principal: UserPrincipal): Promise<CertificateRecord> {
    return this.ownerRole.during(owner, principal, (ownerRoleId) => this.rpc.call(changeCertificateOwner, { id, owner, ownerRoleId }, { principal }));
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
