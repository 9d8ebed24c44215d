import { sign, type KeyObject } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import { assembleCsr, csrPem, encodeCsrExtensions, encodeCsrInfo, hashForKeyType, parseCsr, signatureAlgorithmFor, type CertificateFacts } from '@sifaka/pki';
import { certificateOf, privateKeyOf, type ExportedFile, type Exporter, type ExportInput } from '@sifaka/plugin-sdk';

/** The request behind a certificate: the stored one, else one with the same subject, names and usages, signed with its key. */
export class CsrExporter implements Exporter {
  async export(input: ExportInput): Promise<ExportedFile> {
    const certificate = certificateOf(input);
    const der = storedRequest(input, certificate) ?? newRequest(certificate, privateKeyOf(input, 'openssl-csr'));
    return { extension: 'csr', passphrase: null, data: Buffer.from(`${csrPem(der)}\n`) };
  }
}

/** A stored request for another key would be of no use to whoever renews with it. */
function storedRequest({ csrDer }: ExportInput, { spki }: CertificateFacts): Uint8Array | null {
  return csrDer !== null && parseCsr(csrDer).spki.equals(spki) ? csrDer : null;
}

function newRequest({ subjectDer, spki, extensions, keyType }: CertificateFacts, key: KeyObject): Uint8Array {
  if (keyType === null) throw new AppError('failed_precondition', 'plugin "openssl-csr" cannot sign with a key of this type', { reason: 'export.key_type' });
  const algorithm = signatureAlgorithmFor(keyType, hashForKeyType(keyType));
  // The identifier of the key is for the next issuer to set.
  const { subjectKeyId: _identifier, ...asked } = extensions;
  const extensionsDer = encodeCsrExtensions(asked);
  const hasExtensions = extensionsDer.length > 2;
  const info = encodeCsrInfo({ subjectDer, spki, ...(hasExtensions && { extensionsDer }) });
  return assembleCsr(info, algorithm, sign(algorithm.digest, info, key));
}
