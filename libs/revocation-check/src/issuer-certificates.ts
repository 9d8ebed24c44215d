import { isAppError } from '@sifaka/kernel';
import { decodePem, nameText, parseCertificate, parsePkcs7, verifySignedBy, type CertificateFacts } from '@sifaka/pki';

/**
 * What an address of AIA caIssuers holds: one certificate in DER, or several in PKCS#7 (RFC 5280 section 4.2.2.1). PEM is served all the same,
 * of both kinds. What cannot be read in a list of several is left out.
 *
 * @throws AppError `invalid_argument` for anything else
 */
export function certificatesAt(bytes: Buffer): CertificateFacts[] {
  const isDer = bytes[0] === derSequence;
  if (!isDer && bytes.includes('-----BEGIN ')) return inPem(bytes.toString('latin1'));
  try {
    return [parseCertificate(bytes)];
  } catch (error) {
    if (!isDer || !isAppError(error)) throw error;
    return readable(inPkcs7(bytes, error));
  }
}

/** Why a certificate is not the one of the issuer, in words; null for one that is. */
export function issuerFault(certificate: CertificateFacts, candidate: CertificateFacts): string | null {
  const verdict = verifySignedBy(certificate, candidate);
  const name = `"${nameText(candidate.subject)}"`;
  if (verdict === 'unsupported') return `the signature of ${name} is made with ${certificate.signatureAlgorithm.name}, which is not checked here`;
  if (verdict === 'invalid') return `the certificate of ${name} has another name or key than its issuer`;
  const { keyUsage } = candidate.extensions;
  return candidate.isCa && (keyUsage === undefined || keyUsage.includes('keyCertSign')) ? null : `${name} is no authority`;
}

const derSequence = 0x30;
/** A bundle of cross-signed and former certificates has a handful. */
const mostCertificates = 20;

function inPem(text: string): CertificateFacts[] {
  const blocks = decodePem(text);
  return readable(blocks.flatMap(({ label, bytes }) => (label === 'PKCS7' || label === 'CMS' ? parsePkcs7(bytes) : label.endsWith('CERTIFICATE') ? [bytes] : [])));
}

function inPkcs7(bytes: Buffer, otherwise: unknown): Buffer[] {
  try {
    return parsePkcs7(bytes);
  } catch (error) {
    throw isAppError(error) ? otherwise : error;
  }
}

function readable(all: readonly Buffer[]): CertificateFacts[] {
  return all.slice(0, mostCertificates).flatMap((der) => {
    try {
      return [parseCertificate(der)];
    } catch (error) {
      if (isAppError(error)) return [];
      throw error;
    }
  });
}
