import type { CertificateRecord, EndpointIssue, EndpointRecord } from '@sifaka/contracts';

interface Known {
  /** Those that it presents, as far as the inventory has them. */
  certificates: readonly CertificateRecord[];
  now: Date;
  /** Days before the end of a certificate from which on it is told. */
  expiringDays: number;
}

/**
 * What somebody should look at: what was found when the endpoint was looked at, and what the inventory knows of its certificates now. A kind
 * that is known here is told once, in these words; Lemur's are `deprecated cipher` (one a cipher), `expired certificate` and `revoked`.
 */
export function endpointIssues(endpoint: EndpointRecord, known: Known): EndpointIssue[] {
  const own = [...deprecatedCiphersOf(endpoint), ...certificateIssues(known), ...mismatch(endpoint)];
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...endpoint.issues.filter(({ name }) => !names.has(name))];
}

function deprecatedCiphersOf({ policy }: EndpointRecord): EndpointIssue[] {
  const deprecated = policy?.ciphers.filter((cipher) => cipher.deprecated) ?? [];
  return deprecated.map(({ name }) => ({ name: 'deprecated cipher', value: `${name} is deprecated: turn it off` }));
}

function certificateIssues({ certificates, now, expiringDays }: Known): EndpointIssue[] {
  const daysLeft = ({ notAfter }: CertificateRecord) => (Date.parse(notAfter) - now.getTime()) / 86_400_000;
  const isExpired = (certificate: CertificateRecord) => daysLeft(certificate) <= 0;
  return [
    issue('expired certificate', certificates.filter(isExpired), ({ name, notAfter }) => `"${name}" ended at ${notAfter}`),
    issue('revoked', certificates.filter(({ status }) => status === 'revoked'), ({ name }) => `"${name}" is revoked`),
    issue('expiring certificate', certificates.filter((certificate) => !isExpired(certificate) && daysLeft(certificate) <= expiringDays), (certificate) => `"${certificate.name}" ends at ${certificate.notAfter}, in ${Math.floor(daysLeft(certificate))} days`),
    issue('replaced certificate', certificates.filter(({ replacedBy }) => replacedBy.length > 0), ({ name, replacedBy }) => `"${name}" is replaced by ${replacedBy.map((one) => `"${one.name}"`).join(', ')}`),
  ].flat();
}

/** Nothing to say while it has not been seen what it presents. */
function mismatch({ certificateId, certificates, expectedCertificateId }: EndpointRecord): EndpointIssue[] {
  if (expectedCertificateId === null || certificateId === null) return [];
  if (certificates.some((presented) => presented.certificateId === expectedCertificateId)) return [];
  return [{ name: 'wrong certificate', value: `it presents certificate ${certificateId} where ${expectedCertificateId} is expected` }];
}

/** One issue, however many certificates have it. */
function issue(name: string, certificates: readonly CertificateRecord[], say: (certificate: CertificateRecord) => string): EndpointIssue[] {
  return certificates.length === 0 ? [] : [{ name, value: `${certificates.map(say).join('; ')}: present another certificate` }];
}
