import { answerOcsp, crlSliceBytes, findCrl, readCrl, revokeCertificate, type AuthorityRecord, type CertificateRecord, type CrlReason } from '@sifaka/contracts';
import { encodeOcspRequest, ocspCertId, parseCertificate, parseCrl, parseOcspResponse, slugify, verifyCrl, type CertificateFacts, type CrlFacts, type OcspBasicResponse, type OcspHash } from '@sifaka/pki';
import { waitUntil, type TestPlatform } from '@sifaka/testing';
import { admin, anAuthority, aSubCa } from './an-issuer.js';

export const certificateOf = ({ body }: { body: string }): CertificateFacts => parseCertificate(body);
export const caOf = ({ authorityCertificate }: AuthorityRecord): CertificateFacts => parseCertificate(authorityCertificate.body);
export const slugOf = ({ name }: { name: string }): string => slugify(name);

/** An authority, once its first lists are out. */
export async function aPublisher(platform: TestPlatform, parent?: AuthorityRecord): Promise<AuthorityRecord> {
  const authority = parent === undefined ? await anAuthority(platform) : await aSubCa(platform, parent);
  await waitUntil(() => platform.call('gateway', findCrl, { slug: slugOf(authority), kind: 'delta' }).then(() => true, () => false), { timeoutMs: 30_000 });
  return authority;
}

export function revoke(platform: TestPlatform, { id }: { id: number }, crlReason: CrlReason = 'keyCompromise'): Promise<unknown> {
  return platform.call('gateway', revokeCertificate, { id, comments: null, crlReason }, { principal: admin });
}

/** The newest list, put together from its slices and verified. */
export async function crlOf(platform: TestPlatform, authority: AuthorityRecord, kind: 'full' | 'delta' = 'full', at = new Date()): Promise<CrlFacts> {
  const record = await platform.call('gateway', findCrl, { slug: slugOf(authority), kind });
  const slices: Buffer[] = [];
  for (let offset = 0; offset < record.byteLength; offset += crlSliceBytes) {
    const { bytes } = await platform.call('gateway', readCrl, { authorityId: authority.id, kind, number: record.number, offset });
    slices.push(Buffer.from(bytes, 'base64'));
  }
  const crl = parseCrl(Buffer.concat(slices));
  const fault = verifyCrl(crl, caOf(authority), { at });
  if (fault !== null) throw new Error(JSON.stringify(fault));
  return crl;
}

/** Waits for a list that fulfils a condition. */
export async function listedAs(platform: TestPlatform, authority: AuthorityRecord, condition: (crl: CrlFacts) => boolean, kind: 'full' | 'delta' = 'full', at = new Date()): Promise<CrlFacts> {
  const seen: { last?: CrlFacts } = {};
  await waitUntil(
    async () => {
      const crl = await crlOf(platform, authority, kind, at).catch(() => null);
      if (crl !== null) seen.last = crl;
      return crl !== null && condition(crl);
    },
    { timeoutMs: 30_000 },
  );
  if (seen.last === undefined) throw new Error('there is no list');
  return seen.last;
}

export interface Asked {
  hash?: OcspHash;
  nonce?: Buffer;
  slug?: string;
}

/** What the responder answers about serial numbers. */
export async function ask(platform: TestPlatform, authority: AuthorityRecord, serials: readonly bigint[], { hash = 'sha1', nonce, slug = slugOf(authority) }: Asked = {}) {
  const request = encodeOcspRequest({ certIds: serials.map((serial) => ocspCertId(caOf(authority), serial, hash)), nonce: nonce ?? null });
  const answer = await platform.call('gateway', answerOcsp, { slug, request: request.toString('base64') });
  return { ...answer, parsed: parseOcspResponse(Buffer.from(answer.response, 'base64')) };
}

export async function basicAnswer(platform: TestPlatform, authority: AuthorityRecord, serials: readonly bigint[], asked: Asked = {}): Promise<OcspBasicResponse> {
  const { parsed } = await ask(platform, authority, serials, asked);
  if (parsed.status !== 'successful') throw new Error(parsed.status);
  return parsed.basic;
}

export async function statusOf(platform: TestPlatform, authority: AuthorityRecord, certificate: CertificateRecord, hash: OcspHash = 'sha1'): Promise<string> {
  const { responses } = await basicAnswer(platform, authority, [certificateOf(certificate).serial], { hash });
  return responses[0]?.status ?? 'nothing';
}
