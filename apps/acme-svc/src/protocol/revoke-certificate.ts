import { isAppError } from '@sifaka/kernel';
import type { AcmeServer, Signer } from './acme-server.js';

/**
 * RFC 8555 section 7.6, signed by an account or by the certificate's own key. A certificate that is revoked already counts as revoked.
 *
 * @param reason RFC 5280 section 5.3.1; `unspecified` (0) is left out, as that section recommends
 */
export async function revokeCertificate(server: AcmeServer, signer: Signer, certificateDer: Uint8Array, reason: number): Promise<void> {
  const { revokeCert } = await server.directory();
  const payload = { certificate: Buffer.from(certificateDer).toString('base64url'), ...(reason !== 0 && { reason }) };
  try {
    await server.post(signer, { url: revokeCert, payload });
  } catch (error) {
    if (!(isAppError(error) && error.reason === 'acme.alreadyRevoked')) throw error;
  }
}
