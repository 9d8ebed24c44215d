/** Bounds on lists and answers about revocation. Beyond them input is refused, not truncated. */
export const revocationLimits = {
  /** One CRL: about six million entries. */
  crlBytes: 256 * 1024 * 1024,
  /** Content of a serial number; RFC 5280 allows 20 octets, some CAs wrote more. */
  serialOctets: 64,
  /** One OCSP request: a hundred certificates take 8 kB. */
  ocspRequestBytes: 32 * 1024,
  /** Certificates asked about in one request. */
  ocspCertIds: 100,
  /** One OCSP response: an answer with a chain of RSA-4096 certificates stays below 10 kB. */
  ocspResponseBytes: 256 * 1024,
  /** Certificates that a response may bring along. */
  ocspCertificates: 16,
  /** RFC 9654 §2.1. */
  nonceOctets: 128,
} as const;

/** Clocks of a CA and of this machine may differ by so much. */
export const clockSkewMs = 5 * 60_000;
