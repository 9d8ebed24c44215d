import type { CertificateView } from '@sifaka/contracts';
import { useMe } from '../session/me.js';

/** Creators, administrators and holders of one of its roles may change it; the server has the last word. */
export function useMayChange(certificate: Pick<CertificateView, 'user' | 'roles'>): boolean {
  const { user, isAdmin } = useMe();
  const mine = new Set(user?.roles.map(({ id }) => id) ?? []);
  return isAdmin || (user !== null && certificate.user?.id === user.id) || certificate.roles.some(({ id }) => mine.has(id));
}
