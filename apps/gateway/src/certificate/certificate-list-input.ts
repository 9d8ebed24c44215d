import type { CertificateListInput, listCertificatesOperation, RequestFor, UserPrincipal } from '@sifaka/contracts';
import { windowOf } from '../http/list-window.js';

type ListQuery = RequestFor<typeof listCertificatesOperation>['query'];

/** List parameters → what issuer-svc is asked. `creatorIds` are the users that `creator` names. */
export function certificateListInput(query: ListQuery, principal: UserPrincipal, creatorIds: number[] | null): CertificateListInput {
  const isMine = query.show !== undefined && query.show !== '';
  return {
    ...everything(query),
    filter: query.filter ?? null,
    ids: query.id ?? null,
    serial: query.serial ?? null,
    showExpired: query.showExpired === 1,
    timeRange: query.timeRange ?? null,
    destinationId: query.destinationId ?? null,
    owner: query.owner ?? null,
    active: query.active ?? null,
    rotation: query.rotation ?? null,
    creatorIds: isMine ? [principal.userId] : creatorIds,
  };
}

/** A list without any condition: also what ended long ago. */
export function everything(query: Parameters<typeof windowOf>[0]): CertificateListInput {
  return {
    window: windowOf(query),
    filter: null,
    ids: null,
    name: null,
    serial: null,
    showExpired: true,
    timeRange: null,
    destinationId: null,
    notificationId: null,
    owner: null,
    active: null,
    rotation: null,
    creatorIds: null,
    authorityId: null,
  };
}
