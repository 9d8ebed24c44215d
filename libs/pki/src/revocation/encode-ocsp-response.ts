import type { SignatureAlgorithm } from '../certificate/signature-algorithm.js';
import { bitString, enumerated, explicit, implicit, nullValue, octetString, oid, sequence, sequenceOf } from '../der/der-writer.js';
import { encodeExtension } from '../extension/extension-encoder.js';
import { invalidField } from '../invalid.js';
import { crlReasonCodes, type CrlReasonName } from './crl-reasons.js';
import { generalizedTime } from './generalized-time.js';
import type { OcspCertId } from './ocsp-cert-id.js';
import { nonceExtension } from './ocsp-extensions.js';
import { ocspOids } from './revocation-oids.js';

/** OCSPResponseStatus (RFC 6960 §4.2.1); 4 is not used. */
export const ocspStatusCodes = { successful: 0, malformedRequest: 1, internalError: 2, tryLater: 3, sigRequired: 5, unauthorized: 6 } as const;
export type OcspStatus = keyof typeof ocspStatusCodes;

export type OcspCertStatus =
  | { readonly status: 'good' | 'unknown' }
  /** Without `reason`: none is said. */
  | { readonly status: 'revoked'; readonly revokedAt: Date; readonly reason?: CrlReasonName | null };

export type OcspSingleResponseInput = OcspCertStatus & {
  /** As it was asked for: with the asker's hash. */
  readonly certId: OcspCertId;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
};

export interface OcspResponseDataInput {
  /** `byKey`: SHA-1 of the bits of the responder's key (20 octets); `byName`: DER of its subject. */
  readonly responder: { readonly byKey: Uint8Array } | { readonly byName: Uint8Array };
  readonly producedAt: Date;
  readonly responses: readonly OcspSingleResponseInput[];
  /** Of the request; `null` makes an answer that can be given again. */
  readonly nonce?: Uint8Array | null;
  /** Says that certificates which were never issued are answered for as revoked (RFC 6960 §4.4.8); see `neverIssued`. */
  readonly extendedRevoke?: boolean;
}

/** What a responder with `extendedRevoke` says of a serial number that its CA never used (RFC 6960 §2.2). */
export const neverIssued: OcspCertStatus = { status: 'revoked', revokedAt: new Date(0), reason: 'certificateHold' };

/** DER ResponseData: what is signed. */
export function encodeOcspResponseData({ responder, producedAt, responses, nonce = null, extendedRevoke = false }: OcspResponseDataInput): Buffer {
  const extensions = [...(nonce === null ? [] : [nonceExtension(nonce)]), ...(extendedRevoke ? [encodeExtension(ocspOids.extendedRevoke, false, nullValue())] : [])];
  return sequence(
    'byKey' in responder ? explicit(2, octetString(checkedKeyHash(responder.byKey))) : explicit(1, responder.byName),
    generalizedTime(producedAt),
    sequenceOf(responses.map(singleResponse)),
    ...(extensions.length === 0 ? [] : [explicit(1, sequenceOf(extensions))]),
  );
}

/** DER OCSPResponse of status `successful`; `certificates` is the delegated responder's, none when the CA itself signed. */
export function assembleOcspResponse(data: Uint8Array, algorithm: SignatureAlgorithm, signature: Uint8Array, certificates: readonly Uint8Array[] = []): Buffer {
  const basic = sequence(data, algorithm.der, bitString(signature), ...(certificates.length === 0 ? [] : [explicit(0, sequenceOf(certificates))]));
  return sequence(enumerated(ocspStatusCodes.successful), explicit(0, sequence(oid(ocspOids.basicResponse), octetString(basic))));
}

/** DER OCSPResponse that says nothing but its status; unsigned by design. */
export function ocspErrorResponse(status: Exclude<OcspStatus, 'successful'>): Buffer {
  return sequence(enumerated(ocspStatusCodes[status]));
}

function singleResponse(response: OcspSingleResponseInput): Buffer {
  const { certId, thisUpdate, nextUpdate } = response;
  return sequence(certId.der, certStatus(response), generalizedTime(thisUpdate), ...(nextUpdate === null ? [] : [explicit(0, generalizedTime(nextUpdate))]));
}

function certStatus(response: OcspCertStatus): Buffer {
  switch (response.status) {
    case 'good':
      return implicit(0, Buffer.alloc(0));
    case 'unknown':
      return implicit(2, Buffer.alloc(0));
    case 'revoked': {
      const { revokedAt, reason = null } = response;
      return explicit(1, generalizedTime(revokedAt), ...(reason === null || reason === 'unspecified' ? [] : [explicit(0, enumerated(crlReasonCodes[reason]))]));
    }
  }
}

function checkedKeyHash(hash: Uint8Array): Uint8Array {
  if (hash.length !== 20) throw invalidField('responder.byKey', 'must be a SHA-1 of 20 octets (RFC 6960 §4.2.2.3)');
  return hash;
}
