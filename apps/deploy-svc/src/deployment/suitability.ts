import type { PlacedCertificate } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';

/** What decides whether a certificate can be put somewhere at all. */
export interface Candidate {
  hasPrivateKey: boolean;
  format: 'x509' | 'openssh';
}

interface Place {
  label: string;
  plugin: string;
  requiresKey: boolean;
  /** Null: nobody deletes it. */
  deleting_since: Date | null;
}

/** Why such a certificate cannot be put to a destination, for the one who attaches it; null: it can. */
export function unsuitable({ hasPrivateKey, format }: Candidate, { label, plugin, requiresKey, deleting_since }: Place): string | null {
  if (deleting_since !== null) return `destination "${label}" is being deleted: nothing is put there any more`;
  if (format === 'openssh') return `destination "${label}" takes X.509 certificates; an OpenSSH certificate is not put to destinations`;
  if (requiresKey && !hasPrivateKey) return `destination "${label}" (plugin "${plugin}") needs the private key, and the certificate has none here`;
  return null;
}

/** Why a certificate is not brought anywhere any more; null: it may be. An expired one may be attached, and is not uploaded. */
export function refusal({ name, isDeleted, status }: Pick<PlacedCertificate, 'name' | 'isDeleted' | 'status'>): string | null {
  if (isDeleted) return `certificate "${name}" is deleted: it is not deployed`;
  if (status === 'revoked') return `certificate "${name}" is revoked: it is not deployed`;
  return null;
}

export const candidateOf = ({ keyId, format }: Pick<PlacedCertificate, 'keyId' | 'format'>): Candidate => ({ hasPrivateKey: keyId !== null, format });

/** Says of every refused one where the client named it. */
export function refuseAll(refused: readonly { index: number; message: string }[], code: 'invalid_argument' | 'failed_precondition'): void {
  if (refused.length === 0) return;
  const fields = refused.map(({ index, message }) => ({ path: `destinations.${index}`, message }));
  throw new AppError(code, refused.map(({ message }) => message).join('; '), { reason: 'destination.refused', fields });
}
