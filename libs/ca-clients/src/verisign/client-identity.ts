import { AppError } from '@sifaka/kernel';
import { certificatePem, decodePem, keyMatches, parseCertificate, parsePrivateKey, toPkcs8Pem } from '@sifaka/pki';

export interface ClientIdentity {
  clientCertificatePem: string;
  clientKeyPem: string;
}

/**
 * Client certificate and key out of one PEM text, in any order; further certificates are its chain.
 *
 * @throws AppError `failed_precondition` that says what is missing, without anything of the text
 */
export function clientIdentity(text: string): ClientIdentity {
  if (!text.includes('-----BEGIN ')) {
    throw badPem(/^[^\n]*[/\\][^\n]*$|\.pem$/.test(text.trim()) ? 'is no PEM text but looks like a path: give the text itself, or name the file in VERISIGN_PEM_PATH_FILE' : 'is no PEM text');
  }
  const certificates = read(() => decodePem(text).filter(({ label }) => label === 'CERTIFICATE').map(({ bytes }) => parseCertificate(bytes)), 'holds a certificate that cannot be read');
  const key = read(() => parsePrivateKey(text), 'holds no private key without passphrase, or several');
  const own = certificates.find(({ spki }) => keyMatches(key, spki));
  if (own === undefined) throw badPem(certificates.length === 0 ? 'holds no certificate' : 'holds a private key that is not that of the certificate');
  const chain = certificates.filter((certificate) => certificate !== own);
  return { clientCertificatePem: [own, ...chain].map(certificatePem).join('\n'), clientKeyPem: toPkcs8Pem(key) };
}

/** Without cause: what reads keys may quote them. */
function read<Result>(reading: () => Result, fault: string): Result {
  try {
    return reading();
  } catch {
    throw badPem(fault);
  }
}

const badPem = (fault: string): AppError => new AppError('failed_precondition', `client_pem ${fault}`, { reason: 'verisign.bad_pem' });
