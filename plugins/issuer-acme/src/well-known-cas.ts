import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';

interface WellKnownCa {
  readonly name: string;
  readonly directoryUrl: string;
  /** Common names of the roots below which it issues today, the usual one first. */
  readonly roots: readonly string[];
}

/** CAs that anybody can use, whose roots are among those that come with the runtime. */
export const wellKnownCas: readonly WellKnownCa[] = [
  { name: "Let's Encrypt", directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory', roots: ['ISRG Root X1', 'ISRG Root X2'] },
  { name: 'Google Trust Services', directoryUrl: 'https://dv.acme-v02.api.pki.goog/directory', roots: ['GTS Root R1', 'GTS Root R4'] },
  {
    name: 'ZeroSSL',
    directoryUrl: 'https://acme.zerossl.com/v2/DV90',
    roots: ['USERTrust RSA Certification Authority', 'USERTrust ECC Certification Authority', 'Sectigo Public Server Authentication Root R46'],
  },
  { name: 'Buypass', directoryUrl: 'https://api.buypass.com/acme/directory', roots: ['Buypass Class 2 Root CA'] },
  { name: 'SSL.com', directoryUrl: 'https://acme.ssl.com/sslcom-dv-rsa', roots: ['SSL.com TLS RSA Root CA 2022', 'SSL.com Root Certification Authority RSA'] },
];

/** PEM of the root of a well-known CA, by the host of its directory; null for any other. */
export function wellKnownRoot(directoryUrl: string): string | null {
  const host = URL.canParse(directoryUrl) ? new URL(directoryUrl).host : '';
  const ca = wellKnownCas.find((known) => new URL(known.directoryUrl).host === host);
  for (const root of ca?.roots ?? []) {
    const pem = rootCertificates.find((candidate) => commonNameOf(candidate) === root);
    if (pem !== undefined) return pem;
  }
  return null;
}

const commonNameOf = (pem: string): string | undefined => /^CN=(.+)$/m.exec(new X509Certificate(pem).subject)?.[1];
