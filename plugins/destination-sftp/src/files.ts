import { fileStem } from '@sifaka/certificate-files';
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

/** Folder of a certificate, and the stem of its files. */
export const stemOf = (certificate: DeployedNames): string => fileStem(certificate, 200);

/** What a web server reads: key, certificate with its chain, or the chain apart (Apache). */
export function filesOf(certificate: DeployableCertificate, format: SftpOptions['exportFormat']): RemoteFile[] {
  const { privateKeyPkcs8Der } = certificate;
  if (privateKeyPkcs8Der === null) {
    throw new AppError('failed_precondition', `certificate "${certificate.name}" has no stored private key, and its files are of no use without`, { reason: 'destination.no_key' });
  }
  const key = { ...file(certificate, '.key', toTraditionalPem(fromPkcs8Der(privateKeyPkcs8Der))), mode: keyMode };
  return [key, ...publicFilesOf(certificate, format)];
}

/** Names of all files that there may be of a certificate, whichever format it was uploaded in. */
export const placesOf = (certificate: DeployedNames) =>
  (
    [
      ['key', '.key'],
      ['chain', '.ca.bundle.pem'],
      ['certificate', '.pem'],
    ] as const
  ).map(([role, ending]) => ({ role, path: `${stemOf(certificate)}${ending}`, mode: role === 'key' ? keyMode : openMode }));

/** Those that everybody may read. */
export function publicFilesOf(certificate: PublicParts, format: SftpOptions['exportFormat']): RemoteFile[] {
  const { certificateDer, chainDer } = certificate;
  if (format === 'NGINX') return [file(certificate, '.pem', fullChainPem(certificateDer, chainDer))];
  const chain = chainDer.map((der) => encodePem('CERTIFICATE', der)).join('\n');
  return [file(certificate, '.pem', fullChainPem(certificateDer, [])), ...(chain === '' ? [] : [file(certificate, '.ca.bundle.pem', chain)])];
}

type DeployedNames = Pick<DeployedCertificate, 'name' | 'commonName'>;
type PublicParts = DeployedNames & Pick<DeployedCertificate, 'certificateDer' | 'chainDer'>;

const file = (certificate: DeployedNames, ending: string, text: string): RemoteFile => ({ name: `${stemOf(certificate)}${ending}`, content: Buffer.from(`${text}\n`), mode: openMode });
