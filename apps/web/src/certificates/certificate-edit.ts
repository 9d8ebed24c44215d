import type { RequestOf } from '@sifaka/api-client';
import type { CertificateView, editCertificateOperation } from '@sifaka/contracts';

interface Identified {
  id: number;
}

const idsOf = (objects: readonly Identified[]) => objects.map(({ id }) => ({ id }));

/** References for what a form has chosen. */
export const refsOf = (ids: readonly string[]) => ids.map((id) => ({ id: Number(id) }));

/** What a form shows as chosen. */
export const chosenIds = (objects: readonly Identified[]) => objects.map(({ id }) => String(id));

export const areSameIds = (before: readonly Identified[], chosen: readonly string[]): boolean =>
  before.length === chosen.length && before.every(({ id }) => chosen.includes(String(id)));

type Replaced = Pick<CertificateView, 'notify' | 'rotation' | 'roles' | 'notifications' | 'replaces'>;

/** What an operation that replaces would otherwise empty, as it is. */
export const replacementOf = ({ notify, rotation, roles, notifications, replaces }: Replaced): RequestOf<typeof editCertificateOperation>['body'] => ({
  notify,
  rotation,
  roles: idsOf(roles),
  notifications: idsOf(notifications),
  replaces: idsOf(replaces),
});
