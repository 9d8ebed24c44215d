import { encodePem, fromPkcs8Der, fullChainPem, toTraditionalPem } from '@sifaka/pki';
import type { DeployableCertificate, DeployedCertificate } from '@sifaka/plugin-sdk';
import { AppError } from '@sifaka/kernel';
import type { SftpOptions } from './options.js';

export interface RemoteFile {
  name: string;
  content: Buffer;
  mode: number;
}

export const keyMode = 0o600;
export const openMode = 0o644;

/** Folder of a certificate, and the stem of its files: its common name. `*` is no character for a file that shells touch. */
export function fileStem({ commonName, name }: Pick<DeployableCertificate, 'commonName' | 'name'>): string {
  const stem = (commonName ?? name)
    .replace(/^\*(?=\.|$)/, '_wildcard')
    .replaceAll(/[^\p{L}\p{N}._@+-]/gu, '_')
    .replace(/^\.+/, (dots) => '_'.repeat(dots.length))
    .slice(0, 200);
  return stem === '' ? '_' : stem;
}

/** What a web server reads: key, certificate with its chain, or the chain apart (Apache). */
export function filesOf(certificate: DeployableCertificate, format: SftpOptions['exportFormat']): RemoteFile[] {
  const { privateKeyPkcs8Der } = certificate;
  if (privateKeyPkcs8Der === null) {
    throw new AppError('failed_precondition', `certificate "${certificate.name}" has no stored private key, and its files are of no use without`, { reason: 'destination.no_key' });
  }
  const key = { ...file(certificate, '.key', toTraditionalPem(fromPkcs8Der(privateKeyPkcs8Der))), mode: keyMode };
  return [key, ...publicFilesOf(certificate, format)];
}

/** Those that everybody may read. */
export function publicFilesOf(certificate: DeployedNames, format: SftpOptions['exportFormat']): RemoteFile[] {
  const { certificateDer, chainDer } = certificate;
  if (format === 'NGINX') return [file(certificate, '.pem', fullChainPem(certificateDer, chainDer))];
  const chain = chainDer.map((der) => encodePem('CERTIFICATE', der)).join('\n');
  return [file(certificate, '.pem', fullChainPem(certificateDer, [])), ...(chain === '' ? [] : [file(certificate, '.ca.bundle.pem', chain)])];
}

type DeployedNames = Pick<DeployedCertificate, 'name' | 'commonName' | 'certificateDer' | 'chainDer'>;

const file = (certificate: DeployedNames, ending: string, text: string): RemoteFile => ({ name: `${fileStem(certificate)}${ending}`, content: Buffer.from(`${text}\n`), mode: openMode });
