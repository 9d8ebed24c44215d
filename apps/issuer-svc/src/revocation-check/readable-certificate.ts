import { isAppError } from '@sifaka/kernel';
import { parseCertificate, type CertificateFacts } from '@sifaka/pki';

/** Sources find certificates of all kinds: null for what cannot be read, which cannot be asked about. */
export function readableCertificate(der: Buffer): CertificateFacts | null {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}
