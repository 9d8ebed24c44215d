import { sign } from 'node:crypto';
import { signatureAlgorithmFor } from '../../certificate/signature-algorithm.js';
import type { TestAuthority, TestKey } from '../../test/builders.js';
import { encodeCrlEntries, type CrlEntryInput } from '../crl-entries-encoder.js';
import { assembleCrl, encodeTbsCrl, type TbsCrlInput } from '../encode-crl.js';
import { assembleOcspResponse, encodeOcspResponseData, type OcspResponseDataInput } from '../encode-ocsp-response.js';
import { ocspIssuerHashes } from '../ocsp-cert-id.js';

export const now = new Date('2026-06-01T12:00:00Z');
export const hours = (count: number): Date => new Date(now.getTime() + count * 3_600_000);

export type CrlOptions = Partial<Omit<TbsCrlInput, 'entries'>> & { readonly entries?: readonly CrlEntryInput[]; readonly signer?: TestKey };

/** A CRL of `issuer`, of an hour ago and for a day. */
export function aCrl(issuer: TestAuthority, { entries = [], signer = issuer.key, ...options }: CrlOptions = {}): Buffer {
  const signatureAlgorithm = options.signatureAlgorithm ?? signatureAlgorithmFor(signer.type);
  const tbs = encodeTbsCrl({
    signatureAlgorithm,
    issuerDer: issuer.certificate.subjectDer,
    thisUpdate: hours(-1),
    nextUpdate: hours(23),
    entries: [encodeCrlEntries(entries)],
    number: 10n,
    authorityKeyId: issuer.certificate.subjectKeyId,
    ...options,
  });
  return assembleCrl(tbs, signatureAlgorithm, sign(signatureAlgorithm.digest, tbs, signer.privateKey));
}

export type OcspOptions = Partial<OcspResponseDataInput> & Pick<OcspResponseDataInput, 'responses'> & { readonly certificates?: readonly Uint8Array[] };

/** A response that the holder of `signer` signs, named by the hash of its key. */
export function anOcspResponse(signer: TestAuthority, { certificates = [], ...options }: OcspOptions): Buffer {
  const algorithm = signatureAlgorithmFor(signer.key.type);
  const byKey = ocspIssuerHashes(signer.certificate, 'sha1').key;
  const data = encodeOcspResponseData({ responder: { byKey }, producedAt: hours(-1), ...options });
  return assembleOcspResponse(data, algorithm, sign(algorithm.digest, data, signer.key.privateKey), certificates);
}
