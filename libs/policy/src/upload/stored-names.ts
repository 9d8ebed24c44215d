import { limits } from '@sifaka/kernel';
import type { CertificateFacts } from '@sifaka/pki';
import { refuse, type Refusal } from '../chain.js';

/** What is searched and sorted is indexed, and an index entry has a size; what is answered fits a message. How names are written is their issuer's affair. */
export function namesCanBeStored({ certificate: { cn, sans } }: { certificate: Pick<CertificateFacts, 'cn' | 'sans'> }): Refusal | null {
  const { subjectAltNames: most } = limits;
  if (sans.length > most) return refuse('body', `the certificate has ${sans.length} subject alternative names, ${most} are accepted`, 'policy.names_too_many');
  const texts = [cn ?? '', ...sans.flatMap((name) => (name.type === 'dns' ? [name.value] : []))];
  const long = texts.find((text) => text.length > nameChars);
  return long === undefined ? null : refuse('body', `a name in the certificate has ${long.length} characters, ${nameChars} are accepted`, 'policy.name_too_long');
}

const nameChars = 256;
