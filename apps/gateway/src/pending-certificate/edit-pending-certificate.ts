import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import {
  getPendingCertificate,
  updatePendingCertificate,
  type editPendingCertificateOperation,
  type PendingCertificateRecord,
  type RequestFor,
  type UserPrincipal,
} from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { AttachDestinations } from '../attachment/attach-destinations.js';
import { OwnerRole } from '../composition/owner-role.js';
import { ResolveReferences } from '../composition/resolve-references.js';
import { AttachNotifications } from '../notification/attach-notifications.js';
import { fieldRefused } from '../http/field-refused.js';

type EditBody = RequestFor<typeof editPendingCertificateOperation>['body'];

/** Full replacement, as for certificates: what is absent becomes empty, flags that are absent stay. */
@Injectable()
export class EditPendingCertificate {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: ResolveReferences,
    private readonly ownerRole: OwnerRole,
    private readonly attaching: AttachDestinations,
    private readonly notifying: AttachNotifications,
  ) {}

  async run(id: number, body: EditBody, principal: UserPrincipal): Promise<PendingCertificateRecord> {
    // For the order of refusals alone, 404 and 403 before 400: issuer-svc decides again, on the locked row.
    const pending = await this.rpc.call(getPendingCertificate, { id }, { principal });
    allow(principal, 'certificate:write', pending);
    const { owner } = body;
    if (owner === undefined) throw fieldRefused('owner', 'is required');
    const told = await this.notifying.resolve(body.notifications, principal, owner);
    // Authorities that answer later issue no certificates of OpenSSH.
    const places = await this.attaching.resolve(body.destinations, { hasPrivateKey: pending.hasPrivateKey, format: 'x509' }, principal);
    const roleIds = await this.references.roleIds(body.roles);
    return this.ownerRole.during(owner, principal, (ownerRoleId) =>
      this.rpc.call(
        updatePendingCertificate,
        {
          id,
          owner,
          ownerRoleId,
          roleIds,
          description: body.description ?? '',
          notify: body.notify ?? null,
          rotation: body.rotation ?? null,
          replaces: body.replacements ?? body.replaces,
          destinationIds: places.map((place) => place.id),
          notificationIds: told.map((notification) => notification.id),
        },
        { principal },
      ),
    );
  }
}
