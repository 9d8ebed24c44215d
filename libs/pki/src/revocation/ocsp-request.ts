import { readOnly } from '../der/der-reader.js';
import { explicit, sequence, sequenceOf } from '../der/der-writer.js';
import { contextConstructed } from '../der/tag.js';
import { invalidField, malformed } from '../invalid.js';
import { parseCertId, type OcspCertId } from './ocsp-cert-id.js';
import { noOcspExtensions, nonceExtension, parseOcspExtensions } from './ocsp-extensions.js';
import { revocationLimits } from './revocation-limits.js';

export interface OcspRequest {
  /** One to a hundred. */
  readonly certIds: readonly OcspCertId[];
  /** 1 to 128 octets (RFC 9654); `null` when the asker takes an answer that was made before. */
  readonly nonce: Buffer | null;
}

/**
 * Reads an OCSPRequest (RFC 6960 §4.1). Who asks, and a signature of his, are passed over.
 *
 * @throws AppError `invalid_argument` for what a responder answers with `malformedRequest`: also critical extensions that are not understood
 */
export function parseOcspRequest(bytes: Uint8Array): OcspRequest {
  if (bytes.length > revocationLimits.ocspRequestBytes) throw malformed(`the OCSP request has ${bytes.length} bytes, the limit is ${revocationLimits.ocspRequestBytes}`);
  const outer = readOnly(bytes);
  const tbs = outer.enter();
  outer.optional(contextConstructed(0));
  outer.finish();
  if ((tbs.explicit(0)?.smallInteger(0) ?? 0) !== 0) throw malformed('the OCSP request has a version other than 1');
  tbs.optional(contextConstructed(1));
  const list = tbs.enter();
  const certIds: OcspCertId[] = [];
  while (!list.isAtEnd) {
    if (certIds.length >= revocationLimits.ocspCertIds) throw malformed(`the OCSP request asks for more than ${revocationLimits.ocspCertIds} certificates`);
    const request = list.enter();
    certIds.push(parseCertId(request));
    const single = request.explicit(0);
    request.finish();
    if (single) refuseUnknown(parseOcspExtensions(single).unknownCritical);
  }
  if (certIds.length === 0) throw malformed('the OCSP request asks for no certificate');
  const wrapper = tbs.explicit(2);
  tbs.finish();
  const { nonce, unknownCritical } = wrapper ? parseOcspExtensions(wrapper) : noOcspExtensions;
  refuseUnknown(unknownCritical);
  return { certIds, nonce };
}

function refuseUnknown([unknown]: readonly string[]): void {
  if (unknown !== undefined) throw malformed(`the OCSP request has a critical extension ${unknown}, which is not understood here`);
}

/** DER OCSPRequest, unsigned. */
export function encodeOcspRequest({ certIds, nonce = null }: { readonly certIds: readonly OcspCertId[]; readonly nonce?: Uint8Array | null }): Buffer {
  if (certIds.length === 0 || certIds.length > revocationLimits.ocspCertIds) throw invalidField('certIds', `must be 1 to ${revocationLimits.ocspCertIds}`);
  const list = sequenceOf(certIds.map(({ der }) => sequence(der)));
  return sequence(sequence(list, ...(nonce === null ? [] : [explicit(2, sequence(nonceExtension(nonce)))])));
}
