import type { CertificateFacts } from '../certificate/certificate-facts.js';
import { parseCertificate } from '../certificate/parse-certificate.js';
import { parseSignatureAlgorithm, type SignatureAlgorithm } from '../certificate/signature-algorithm.js';
import { decodeInteger, readOnly, type DerReader } from '../der/der-reader.js';
import { contextConstructed, contextPrimitive, tags } from '../der/tag.js';
import { malformed } from '../invalid.js';
import { crlReasonOf, type CrlReasonName } from './crl-reasons.js';
import { ocspStatusCodes, type OcspCertStatus, type OcspStatus } from './encode-ocsp-response.js';
import { parseCertId, type OcspCertId } from './ocsp-cert-id.js';
import { noOcspExtensions, parseOcspExtensions, type OcspExtensions } from './ocsp-extensions.js';
import { revocationLimits } from './revocation-limits.js';
import { ocspOids } from './revocation-oids.js';

export type OcspResponse = { readonly status: 'successful'; readonly basic: OcspBasicResponse } | { readonly status: Exclude<OcspStatus, 'successful'> };

/** BasicOCSPResponse (RFC 6960 §4.2.1). Nothing is verified; see `verifyOcspResponse`. */
export interface OcspBasicResponse extends OcspExtensions {
  /** DER ResponseData: what is signed. */
  readonly tbs: Buffer;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Buffer;
  readonly responder: { readonly byKey: Buffer } | { readonly byName: Buffer };
  readonly producedAt: Date;
  readonly responses: readonly OcspSingleResponse[];
  /** Certificates that came along; what is no certificate is left out. */
  readonly certificates: readonly CertificateFacts[];
}

export type OcspSingleResponse = OcspCertStatus & {
  readonly certId: OcspCertId;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
  readonly unknownCritical: readonly string[];
};

/** @throws AppError `invalid_argument` for what is no OCSPResponse */
export function parseOcspResponse(bytes: Uint8Array): OcspResponse {
  if (bytes.length > revocationLimits.ocspResponseBytes) throw malformed(`the OCSP response has ${bytes.length} bytes, the limit is ${revocationLimits.ocspResponseBytes}`);
  const outer = readOnly(bytes);
  const status = statusOf(Number(decodeInteger(outer.read(tags.enumerated).content)));
  const wrapper = outer.explicit(0);
  outer.finish();
  if (status !== 'successful') return { status };
  if (wrapper === undefined) throw malformed('the OCSP response is successful and says nothing');
  const typed = wrapper.enter();
  const type = typed.oid();
  if (type !== ocspOids.basicResponse) throw malformed(`the OCSP response is of type ${type}, which is not read here`);
  const content = typed.octetString();
  const inner = typed.inside(content);
  const basic = parseBasic(inner.enter());
  inner.finish();
  return { status, basic };
}

function statusOf(code: number): OcspStatus {
  for (const name of statuses) if (ocspStatusCodes[name] === code) return name;
  throw malformed(`the OCSP response has the status ${code}, which does not exist`);
}

const statuses = ['successful', 'malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'] as const;

function parseBasic(basic: DerReader): OcspBasicResponse {
  const data = basic.read(tags.sequence);
  const signatureAlgorithm = parseSignatureAlgorithm(basic.read(tags.sequence).raw);
  const signature = basic.bitString();
  const certificates = basic.explicit(0)?.enter();
  basic.finish();
  return { tbs: data.raw, signatureAlgorithm, signature, ...parseData(basic.into(data)), certificates: certificates ? parseCertificates(certificates) : [] };
}

function parseData(data: DerReader): Omit<OcspBasicResponse, 'tbs' | 'signatureAlgorithm' | 'signature' | 'certificates'> {
  if ((data.explicit(0)?.smallInteger(0) ?? 0) !== 0) throw malformed('the OCSP response has a version other than 1');
  const responder = parseResponder(data);
  const producedAt = data.time();
  const list = data.enter();
  const responses: OcspSingleResponse[] = [];
  while (!list.isAtEnd) {
    if (responses.length >= revocationLimits.ocspCertIds) throw malformed(`the OCSP response answers for more than ${revocationLimits.ocspCertIds} certificates`);
    responses.push(parseSingle(list.enter()));
  }
  const wrapper = data.explicit(1);
  data.finish();
  return { responder, producedAt, responses, ...(wrapper ? parseOcspExtensions(wrapper) : noOcspExtensions) };
}

function parseResponder(data: DerReader): OcspBasicResponse['responder'] {
  const byName = data.explicit(1);
  if (byName) return { byName: byName.read(tags.sequence).raw };
  const byKey = data.explicit(2);
  if (byKey === undefined) throw malformed('the OCSP response does not name its responder');
  return { byKey: byKey.octetString() };
}

function parseSingle(single: DerReader): OcspSingleResponse {
  const certId = parseCertId(single);
  const status = parseStatus(single);
  const thisUpdate = single.time();
  const nextUpdate = single.explicit(0)?.time() ?? null;
  const wrapper = single.explicit(1);
  single.finish();
  return { certId, ...status, thisUpdate, nextUpdate, unknownCritical: wrapper ? parseOcspExtensions(wrapper).unknownCritical : [] };
}

function parseStatus(single: DerReader): OcspCertStatus {
  if (single.optional(contextPrimitive(0))) return { status: 'good' };
  if (single.optional(contextPrimitive(2))) return { status: 'unknown' };
  const revoked = single.enter(contextConstructed(1));
  const revokedAt = revoked.time();
  const reason = revoked.explicit(0);
  revoked.finish();
  return { status: 'revoked', revokedAt, reason: reason ? readReason(reason) : null };
}

function readReason(reader: DerReader): CrlReasonName | null {
  return crlReasonOf(Number(decodeInteger(reader.read(tags.enumerated).content)));
}

function parseCertificates(list: DerReader): CertificateFacts[] {
  const found: CertificateFacts[] = [];
  for (let count = 0; !list.isAtEnd; count++) {
    if (count >= revocationLimits.ocspCertificates) throw malformed(`the OCSP response brings more than ${revocationLimits.ocspCertificates} certificates`);
    const { raw } = list.read(tags.sequence);
    try {
      found.push(parseCertificate(raw));
    } catch {
      // Whatever signs the answer will not be this one.
    }
  }
  return found;
}
