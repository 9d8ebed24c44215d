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

export interface EditForm {
  owner: string;
  description: string;
  destinations: string[];
  notifications: string[];
  /** Id; null is the default one. */
  rotationPolicy: string | null;
}

type Edited = Replaced & Pick<CertificateView, 'owner' | 'description' | 'destinations' | 'rotationPolicy'>;

/** What a form shows first. */
export const formOf = ({ owner, description, destinations, notifications, rotationPolicy }: Edited): EditForm => ({
  owner,
  description: description ?? '',
  destinations: chosenIds(destinations),
  notifications: chosenIds(notifications),
  rotationPolicy: rotationPolicy === null ? null : String(rotationPolicy.id),
});

/** The request that replaces; null where what was changed has operations of its own, or nothing was. */
export function replacementFor(certificate: Edited, form: EditForm): RequestOf<typeof editCertificateOperation>['body'] | null {
  const { owner, description, destinations, notifications, rotationPolicy } = form;
  const hasOtherPolicy = rotationPolicy !== formOf(certificate).rotationPolicy;
  if (!hasOtherPolicy && areSameIds(certificate.destinations, destinations) && areSameIds(certificate.notifications, notifications)) return null;
  return {
    ...replacementOf(certificate),
    owner,
    description,
    destinations: refsOf(destinations),
    notifications: refsOf(notifications),
    ...(hasOtherPolicy && { rotationPolicy: rotationPolicy === null ? null : { id: Number(rotationPolicy) } }),
  };
}
