import { createHash, X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { AppError } from '@sifaka/kernel';
import type { TlsTrust } from '@sifaka/plugin-sdk';

/** What a TLS handshake needs to know. */
export interface TlsTerms {
  context: SecureContext;
  isVerified: boolean;
}

/** Names a trust without holding its key in memory a second time. */
export function trustKey({ caPem = '', clientCertificatePem = '', clientKeyPem = '', isVerified = true }: TlsTrust): string {
  return createHash('sha256').update(JSON.stringify([caPem, clientCertificatePem, clientKeyPem, isVerified])).digest('base64');
}

/** The trust without what proves who we are: for a host that was not meant to see it. */
export function anonymous({ caPem, isVerified }: TlsTrust): TlsTrust {
  return { ...(caPem !== undefined && { caPem }), ...(isVerified !== undefined && { isVerified }) };
}

/**
 * @param commonCaPem certificates that every connection trusts
 * @throws AppError `failed_precondition` that names the part that cannot be used, never its content
 */
export function tlsTerms({ caPem, clientCertificatePem, clientKeyPem, isVerified = true }: TlsTrust, commonCaPem?: string): TlsTerms {
  const own = [...certificates(commonCaPem, 'SIFAKA_OUTBOUND_CA'), ...certificates(caPem, 'the certificate of the private CA')];
  if ((clientCertificatePem === undefined) !== (clientKeyPem === undefined)) throw unusable('the client certificate and its key are given both or not at all');
  certificates(clientCertificatePem, 'the client certificate');
  try {
    const context = createSecureContext({
      // Without own ones the defaults stay, which hold what NODE_EXTRA_CA_CERTS adds.
      ...(own.length > 0 && { ca: [...rootCertificates, ...own] }),
      ...(clientCertificatePem !== undefined && { cert: clientCertificatePem, key: clientKeyPem }),
      minVersion: 'TLSv1.2',
    });
    return { context, isVerified };
  } catch {
    // What OpenSSL says of a key may quote it.
    throw unusable('the client certificate and its key do not fit together, or the key is not an unencrypted PEM key');
  }
}

const pemPattern = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END (?:TRUSTED )?CERTIFICATE-----/g;

function certificates(pem: string | undefined, what: string): string[] {
  if (pem === undefined || pem.trim() === '') return [];
  const blocks = pem.match(pemPattern) ?? [];
  if (blocks.length === 0) throw unusable(`${what} is no certificate in PEM`);
  for (const block of blocks) {
    try {
      new X509Certificate(block);
    } catch {
      throw unusable(`${what} holds a PEM block that is no certificate`);
    }
  }
  return blocks;
}

const unusable = (detail: string): AppError => new AppError('failed_precondition', `TLS: ${detail}`, { reason: 'outbound.bad_trust' });
