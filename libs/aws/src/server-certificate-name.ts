import { createHash } from 'node:crypto';

/** IAM, UploadServerCertificate: letters, digits and `_+=,.@-`. */
const allowed = /^[\w+=,.@-]{1,128}$/;
const maxLength = 128;
const digestLength = 8;

/**
 * What IAM calls a certificate: its name in the inventory where IAM takes that, else as much of it as IAM takes, and a digest of all of it:
 * the same each time, and different names stay different.
 */
export function serverCertificateName(name: string): string {
  if (allowed.test(name)) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, digestLength);
  const kept = name
    .normalize('NFKD')
    .replaceAll(/[^\w+=,.@-]+/g, '-')
    .slice(0, maxLength - digestLength - 1);
  return `${kept}-${digest}`;
}
