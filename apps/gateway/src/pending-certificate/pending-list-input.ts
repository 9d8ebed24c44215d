import type { InputOf, listPendingCertificates, listPendingCertificatesOperation, RequestFor } from '@sifaka/contracts';
import { fieldRefused } from '../http/field-refused.js';
import { windowOf } from '../http/list-window.js';

type ListQuery = RequestFor<typeof listPendingCertificatesOperation>['query'];

/** List parameters → what issuer-svc is asked. `creatorIds` are the users that `creator` names. */
export function pendingListInput(query: ListQuery, creatorIds: number[] | null): InputOf<typeof listPendingCertificates> {
  return {
    window: windowOf(query),
    filter: filterOf(query),
    owner: query.owner ?? null,
    creatorIds,
    active: query.active ?? null,
    isOwn: query.show !== undefined && query.show !== '',
    ids: query.id ?? null,
    state: query.state ?? null,
  };
}

/** issuer-svc knows the destination as a filter, and a list has one filter. */
function filterOf({ filter, destinationId }: ListQuery): string | null {
  if (destinationId === undefined) return filter ?? null;
  if (filter === undefined || filter === '') return `destination;${destinationId}`;
  throw fieldRefused('destinationId', 'cannot be joined with a filter: leave one of them out');
}
