import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  issueCertificate,
  uploadCertificate,
  type CertificateRecord,
  type createCertificateOperation,
  type IssueAnswer,
  type RequestFor,
  type uploadCertificateOperation,
  type UserPrincipal,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { OwnerRole } from '../composition/owner-role.js';
import { ResolveReferences } from '../composition/resolve-references.js';

type CreateBody = RequestFor<typeof createCertificateOperation>['body'];
type UploadBody = RequestFor<typeof uploadCertificateOperation>['body'];

/** Asks issuer-svc for a certificate, with the role of its owner made ready before and confirmed after. */
@Injectable()
export class CreateCertificate {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: ResolveReferences,
    private readonly ownerRole: OwnerRole,
  ) {}

  async issue(body: CreateBody, principal: UserPrincipal, idempotencyKey: string | null): Promise<IssueAnswer> {
    const { authority, replacements, destinations, notifications, dnsProvider, roles, rotationPolicy, ...rest } = body;
    if (authority === undefined || authority === null) throw new AppError('invalid_argument', 'authority is required');
    await this.references.refuseForeign({ destinations, notifications });
    const dnsProviderId = await this.references.dnsProviderId(dnsProvider);
    const roleIds = await this.references.roleIds(roles);
    return this.ownerRole.during(rest.owner, principal, (ownerRoleId) =>
      this.rpc.call(
        issueCertificate,
        {
          ...rest,
          name: rest.name ?? null,
          description: rest.description ?? '',
          keyType: rest.keyType ?? null,
          csr: rest.csr ?? null,
          signingAlgorithm: rest.signingAlgorithm ?? null,
          authority,
          rotationPolicy: rotationPolicy === undefined ? { name: 'default' } : rotationPolicy,
          replaces: replacements ?? rest.replaces,
          ownerRoleId,
          roleIds,
          dnsProviderId,
          requestKey: idempotencyKey === null ? null : requestKey(principal, idempotencyKey),
        },
        { principal },
      ),
    );
  }

  async upload(body: UploadBody, principal: UserPrincipal, idempotencyKey: string | null): Promise<CertificateRecord> {
    const { replacements, destinations, notifications, roles, ...rest } = body;
    if (destinations.length > 0 && !rest.privateKey) {
      const message = 'destinations need a private key, and the upload has none';
      throw new AppError('invalid_argument', message, { fields: [{ path: 'Schema.destinations', message }] });
    }
    await this.references.refuseForeign({ destinations, notifications });
    const roleIds = await this.references.roleIds(roles);
    return this.ownerRole.during(rest.owner, principal, (ownerRoleId) =>
      this.rpc.call(
        uploadCertificate,
        {
          ...rest,
          name: rest.name ?? null,
          description: rest.description ?? '',
          chain: rest.chain ?? null,
          privateKey: rest.privateKey ?? null,
          csr: rest.csr ?? null,
          authority: rest.authority ?? null,
          externalId: rest.externalId ?? null,
          replaces: replacements ?? rest.replaces,
          ownerRoleId,
          roleIds,
          requestKey: idempotencyKey === null ? null : requestKey(principal, `upload\0${idempotencyKey}`),
        },
        { principal },
      ),
    );
  }
}

/** One key of one user names one certificate, whatever else happens to the gateway in between. */
function requestKey({ userId }: UserPrincipal, key: string): string {
  return createHash('sha256').update(`${userId}\0${key}`).digest('hex');
}
