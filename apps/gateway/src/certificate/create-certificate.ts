import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  getAuthority,
  issueCertificate,
  uploadCertificate,
  type CertificateRecord,
  type createCertificateOperation,
  type DestinationRecord,
  type DestinationView,
  type IssueAnswer,
  type NotificationRecord,
  type NotificationView,
  type Ref,
  type RequestFor,
  type uploadCertificateOperation,
  type UserPrincipal,
} from '@sifaka/contracts';
import { AppError, isAppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { AttachDestinations, formatOf } from '../attachment/attach-destinations.js';
import { optionedView } from '../composition/optioned.view.js';
import { OwnerRole } from '../composition/owner-role.js';
import { ResolveReferences } from '../composition/resolve-references.js';
import { AttachNotifications } from '../notification/attach-notifications.js';
import { nestedNotification } from '../notification/notification.view.js';

type CreateBody = RequestFor<typeof createCertificateOperation>['body'];
type UploadBody = RequestFor<typeof uploadCertificateOperation>['body'];

/** With destinations and notifications as they were asked for: the view does not depend on who has heard of them yet. */
export interface Made<T> {
  made: T;
  destinations: DestinationView[];
  /** Null: none were asked for, and it has those of its owner. */
  notifications: NotificationView[] | null;
}

/** Asks issuer-svc for a certificate, with the role of its owner made ready before and confirmed after. */
@Injectable()
export class CreateCertificate {
  constructor(
    private readonly rpc: RpcClient,
    private readonly references: ResolveReferences,
    private readonly ownerRole: OwnerRole,
    private readonly attaching: AttachDestinations,
    private readonly notifying: AttachNotifications,
  ) {}

  async issue(body: CreateBody, principal: UserPrincipal, idempotencyKey: string | null): Promise<Made<IssueAnswer>> {
    const { authority, replacements, destinations: _places, notifications, dnsProvider, roles, rotationPolicy, ...rest } = body;
    if (authority === undefined || authority === null) throw new AppError('invalid_argument', 'authority is required');
    const told = await this.notifying.resolve(notifications, principal);
    const places = await this.placesOf(body, authority, principal);
    const dnsProviderId = await this.references.dnsProviderId(dnsProvider);
    const roleIds = await this.references.roleIds(roles);
    const answer = await this.ownerRole.during(rest.owner, principal, (ownerRoleId) =>
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
          destinationIds: idsOf(places),
          notificationIds: idsOf(told),
          requestKey: idempotencyKey === null ? null : requestKey(principal, idempotencyKey),
        },
        { principal },
      ),
    );
    if ('certificate' in answer) await this.attach(answer.certificate, idsOf(places), idsOf(told), principal);
    return { made: answer, destinations: places.map(optionedView), notifications: shown(told) };
  }

  async upload(body: UploadBody, principal: UserPrincipal, idempotencyKey: string | null): Promise<Made<CertificateRecord>> {
    const { replacements, destinations, notifications, roles, ...rest } = body;
    if (destinations.length > 0 && !rest.privateKey) {
      const message = 'destinations need a private key, and the upload has none';
      throw new AppError('invalid_argument', message, { fields: [{ path: 'Schema.destinations', message }] });
    }
    const told = await this.notifying.resolve(notifications, principal);
    const places = await this.attaching.resolve(destinations, { hasPrivateKey: true, format: formatOf(rest.body) }, principal);
    const roleIds = await this.references.roleIds(roles);
    const made = await this.ownerRole.during(rest.owner, principal, (ownerRoleId) =>
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
          destinationIds: idsOf(places),
          notificationIds: idsOf(told),
          requestKey: idempotencyKey === null ? null : requestKey(principal, `upload\0${idempotencyKey}`),
        },
        { principal },
      ),
    );
    await this.attach(made, idsOf(places), idsOf(told), principal);
    return { made, destinations: places.map(optionedView), notifications: shown(told) };
  }

  private async attach(certificate: CertificateRecord, destinationIds: readonly number[], notificationIds: readonly number[], principal: UserPrincipal): Promise<void> {
    await Promise.all([this.attaching.attach(certificate.id, destinationIds, principal), this.notifying.attach(certificate, notificationIds, principal)]);
  }

  private async placesOf({ destinations, csr }: CreateBody, authority: Ref, principal: UserPrincipal): Promise<DestinationRecord[]> {
    if (destinations.length === 0) return [];
    const known = await this.rpc.call(getAuthority, { ref: authority }, { principal }).catch(nullWhereMissing);
    // An authority that does not exist is for issuer-svc to refuse, in its words.
    const format = known === null ? 'x509' : formatOf(known.authorityCertificate.body);
    return this.attaching.resolve(destinations, { hasPrivateKey: !csr, format }, principal);
  }
}

const idsOf = (records: readonly { id: number }[]): number[] => records.map(({ id }) => id);

const shown = (notifications: readonly NotificationRecord[]): NotificationView[] | null => (notifications.length === 0 ? null : notifications.map(nestedNotification));

function nullWhereMissing(error: unknown): null {
  if (isAppError(error) && error.code === 'not_found') return null;
  throw error;
}

/** One key of one user names one certificate, whatever else happens to the gateway in between. */
function requestKey({ userId }: UserPrincipal, key: string): string {
  return createHash('sha256').update(`${userId}\0${key}`).digest('hex');
}
