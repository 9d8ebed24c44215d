import type { CertificateView } from '@sifaka/contracts';

export const certificateFields = {
  Id: (row: CertificateView) => row.id,
  Name: (row: CertificateView) => row.name,
  Names: (row: CertificateView) => row.domains.map(({ name }) => name),
  Status: (row: CertificateView) => row.status,
  Revocation: (row: CertificateView) => revocationText(row.revocation),
  Subject: (row: CertificateView) => row.distinguishedName,
  Authority: (row: CertificateView) => row.authority?.name ?? row.issuer,
  'Not before': (row: CertificateView) => row.notBefore,
  'Not after': (row: CertificateView) => row.notAfter,
  Serial: (row: CertificateView) => row.serialHex,
  Key: (row: CertificateView) => `${row.keyType ?? 'unknown'}, ${row.hasPrivateKey ? 'kept by the platform' : 'not here'}`,
  Owner: (row: CertificateView) => row.owner,
  Roles: (row: CertificateView) => row.roles.map(({ name }) => name),
  Destinations: (row: CertificateView) => row.destinations.map(({ label }) => label),
  Endpoints: (row: CertificateView) => row.endpoints.map(({ name }) => name),
  Replaces: (row: CertificateView) => row.replaces.map(({ name }) => name),
  Rotation: (row: CertificateView) => `${row.rotation ? 'on' : 'off'}, policy ${row.rotationPolicy?.name ?? 'default'}`,
  Description: (row: CertificateView) => row.description,
};

/** Nothing for one that is not revoked. */
function revocationText(revocation: CertificateView['revocation']): string | null {
  if (revocation === undefined) return null;
  const { state, reason, at } = revocation;
  return `${state === 'held' ? 'on hold' : 'for good'}${at === null ? '' : ` since ${at}`}${reason === null ? '' : `, ${reason}`}`;
}
