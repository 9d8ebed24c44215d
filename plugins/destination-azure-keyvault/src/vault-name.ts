import { createHash } from 'node:crypto';
import { parseCertificate } from '@sifaka/pki';
import type { DeployedCertificate } from '@sifaka/plugin-sdk';

/** Key Vault: `^[0-9a-zA-Z-]{1,127}$`, whatever the case. */
const longestName = 127;

/**
 * What a certificate is called in the vault: its common name with hyphens for dots and `wildcard` for `*`. Without a common name its first DNS
 * name stands for it, so that the certificate which renews it is called the same.
 */
export function vaultName(certificate: Pick<DeployedCertificate, 'name' | 'commonName' | 'certificateDer'>): string {
  const subject = subjectOf(certificate);
  const name = subject.replaceAll('*', 'wildcard').replaceAll(/[^0-9A-Za-z]+/g, '-').replaceAll(/^-+|-+$/g, '');
  if (name !== '' && name.length <= longestName) return name;
  const digest = createHash('sha256').update(subject).digest('hex').slice(0, 16);
  return name === '' ? `certificate-${digest}` : `${name.slice(0, longestName - digest.length - 1)}-${digest}`;
}

/** Whose certificate it is: two of them can come to one name in the vault. */
export function subjectOf({ name, commonName, certificateDer }: Pick<DeployedCertificate, 'name' | 'commonName' | 'certificateDer'>): string {
  if (commonName !== null && commonName !== '') return commonName;
  return parseCertificate(certificateDer).sans.flatMap((san) => (san.type === 'dns' && typeof san.value === 'string' ? [san.value] : []))[0] ?? name.slice(0, 256);
}
