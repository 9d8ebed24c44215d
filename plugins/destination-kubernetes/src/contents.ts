import { X509Certificate } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import { decodePem, encodePem, fromPkcs8Der, fullChainPem, toTraditionalPem } from '@sifaka/pki';
import type { DeployableCertificate, DeployedCertificate } from '@sifaka/plugin-sdk';
import type { KubernetesOptions } from './options.js';

export type SecretFormat = KubernetesOptions['secretFormat'];

/** How a format is laid out: its type, and the key at which the certificate stands first. */
export const layouts = {
  Full: { type: 'Opaque', leafKey: 'service.crt', keys: ['combined.pem', 'ca.crt', 'service.key', 'service.crt'] },
  TLS: { type: 'kubernetes.io/tls', leafKey: 'tls.crt', keys: ['tls.crt', 'tls.key'] },
  Certificate: { type: 'Opaque', leafKey: 'tls.crt', keys: ['tls.crt'] },
} as const satisfies Record<SecretFormat, { type: string; leafKey: string; keys: readonly string[] }>;

export type Contents = Readonly<Record<string, Buffer>>;

/** Everything that is written. @throws AppError `failed_precondition` when the key is needed and not there */
export function contentsOf(certificate: DeployableCertificate, format: SecretFormat): Contents {
  const open = openContentsOf(certificate, format);
  if (format === 'Certificate') return open;
  const { privateKeyPkcs8Der } = certificate;
  if (privateKeyPkcs8Der === null) {
    throw new AppError('failed_precondition', `certificate "${certificate.name}" has no stored private key, and a secret of format ${format} is of no use without`, { reason: 'destination.no_key' });
  }
  const keyPem = toTraditionalPem(fromPkcs8Der(privateKeyPkcs8Der));
  if (format === 'TLS') return { ...open, 'tls.key': text(keyPem) };
  return { ...open, 'combined.pem': text(`${encodePem('CERTIFICATE', certificate.certificateDer)}\n${keyPem}`), 'service.key': text(keyPem) };
}

/** What of it everybody may see. */
export function openContentsOf({ certificateDer, chainDer }: Pick<DeployedCertificate, 'certificateDer' | 'chainDer'>, format: SecretFormat): Contents {
  const served = text(fullChainPem(certificateDer, withoutRoot(chainDer)));
  if (format !== 'Full') return { 'tls.crt': served };
  const chain = chainDer.map((der) => encodePem('CERTIFICATE', der)).join('\n');
  return { 'service.crt': text(encodePem('CERTIFICATE', certificateDer)), ...(chain !== '' && { 'ca.crt': text(chain) }) };
}

/** SHA-256 of the certificate that a secret holds at one of the places where a format has it, hex; null when there is none that can be read. */
export function fingerprintIn(data: Readonly<Record<string, string>>): string | null {
  for (const key of ['tls.crt', 'service.crt']) {
    const found = fingerprintAt(data[key]);
    if (found !== null) return found;
  }
  return null;
}

function fingerprintAt(base64: string | undefined): string | null {
  if (base64 === undefined || base64 === '') return null;
  try {
    const [first] = decodePem(Buffer.from(base64, 'base64').toString('utf8'));
    return first === undefined ? null : new X509Certificate(first.bytes).fingerprint256.replaceAll(':', '').toLowerCase();
  } catch {
    return null;
  }
}

/** Clients have the root or do not trust it: servers leave it out (RFC 8446 section 4.4.2). */
function withoutRoot(chainDer: readonly Uint8Array[]): Uint8Array[] {
  return chainDer.filter((der) => {
    const { subject, issuer } = new X509Certificate(der);
    return subject !== issuer;
  });
}

const text = (pem: string): Buffer => Buffer.from(`${pem}\n`);
