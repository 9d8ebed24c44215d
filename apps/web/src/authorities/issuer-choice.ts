import type { ListedPluginView } from '@sifaka/contracts';
import { isAcmeIssuer } from '../ui/acme.js';

/** The built-in issuer where it is there: it asks for nothing. */
export function firstChoice(issuers: readonly ListedPluginView[]): string | null {
  const usable = issuers.filter(({ isEnabled }) => isEnabled !== false);
  return (usable.find(({ slug }) => slug === 'cryptography-issuer') ?? usable[0])?.slug ?? null;
}

/** Issuers that make the key of an authority here; the others stand for a CA that has its own. */
export const keepsKeyHere = (slug: string | null): boolean => slug === 'cryptography-issuer' || slug === 'openssh-issuer';

/** What a person should know before an authority of this issuer is created. */
export function issuerNote(slug: string | null): string | null {
  if (slug === null || keepsKeyHere(slug)) return null;
  if (slug === 'csr-issuer') return 'Requests wait until somebody has them signed and brings the certificate.';
  if (isAcmeIssuer(slug)) return 'Saving opens an account at the CA, and agrees to its terms. Certificates follow once their names are proved.';
  return 'Saving tries the connection first: what the other side does not take is shown here.';
}
