import type { InputOf, listPendingCertificates, listPendingCertificatesOperation, RequestFor } from '@sifaka/contracts';
import { windowOf } from '../http/list-window.js';

type ListQuery = RequestFor<typeof listPendingCertificatesOperation>['query'];

/** List parameters → what issuer-svc is asked. `creatorIds` are the users that `creator` names. */
export function pendingListInput(query: ListQuery, creatorIds: number[] | null): InputOf<typeof listPendingCertificates> {
  return {
    window: windowOf(query),
    filter: query.filter ?? null,
    owner: query.owner ?? null,
    creatorIds,
    active: query.active ?? null,
    isOwn: query.show !== undefined && query.show !== '',
    // Destinations hang on no pending certificate yet, so a list by one of them is empty.
    ids: query.destinationId === undefined ? (query.id ?? null) : [],
    state: query.state ?? null,
  };
}
