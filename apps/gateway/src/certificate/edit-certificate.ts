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
  ) {}

  /** Full replacement: what is absent becomes empty, flags that are absent stay (rest-api §6.5). */
  async edit(id: number, body: EditBody, principal: UserPrincipal): Promise<CertificateRecord> {
    // The right to edit comes before what is wrong with the edit: 404 and 403 win over 400.
    await this.rpc.call(authorizeCertificateWrite, { id }, { principal });
    const { owner } = body;
    if (owner === undefined) throw fieldRefused('owner', 'is required');
    await this.references.refuseForeign(body);
    const roleIds = await this.references.roleIds(body.roles);
    return this.ownerRole.during(owner, principal, (ownerRoleId) =>
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
