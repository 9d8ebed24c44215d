import { keyIdentifier } from '../key-type/public-key.js';
import type { AuthorityKeyId, ExtensionRequest, Extensions, IssuerIdentity, KeyUsageName } from './extensions.js';

/**
 * Turns the wished identifiers into values. SKI and AKI are always set (RFC 5280 §4.2.1.1 and §4.2.1.2); with
 * `issuer_and_serial` the AKI carries both forms. `issuer` null: self-signed, the AKI is its own SKI.
 */
export function resolveExtensions(request: ExtensionRequest, spki: Uint8Array, issuer: IssuerIdentity | null): Extensions {
  const { subjectKeyId: _ski, authorityKeyId: wished, wantsAuthorityInfoAccess: _aia, wantsCrlDistributionPoints: _crl, ...given } = request;
  const subjectKeyId = keyIdentifier(spki);
  return { ...given, subjectKeyId, authorityKeyId: issuer === null ? { keyId: subjectKeyId } : authorityKeyIdOf(issuer, wished) };
}

/** AKI that certificates of this issuer carry. */
export function authorityKeyIdOf(issuer: IssuerIdentity, form: ExtensionRequest['authorityKeyId'] = 'key_id'): AuthorityKeyId {
  if (form === 'key_id') return { keyId: issuer.subjectKeyId };
  return { keyId: issuer.subjectKeyId, issuerNameDer: issuer.issuerNameDer, serial: issuer.serial };
}

/** Request for a CA certificate: basicConstraints with `isCa`, and the usages without which nothing below it validates. */
export function asCaRequest(request: ExtensionRequest): ExtensionRequest {
  const needed: readonly KeyUsageName[] = ['keyCertSign', 'crlSign'];
  const pathLength = request.basicConstraints?.pathLength;
  return {
    ...request,
    basicConstraints: pathLength === undefined ? { isCa: true } : { isCa: true, pathLength },
    keyUsage: [...new Set([...(request.keyUsage ?? []), ...needed])],
  };
}
