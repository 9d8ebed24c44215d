import { z } from 'zod';
import { command, query } from '../contract.js';
import { Base64, CrlReason, Id, Timestamp } from '../values.js';

/** Bytes of a list in one answer: a list may be longer than a message. */
export const crlSliceBytes = 512 * 1_024;

/** A published list of an authority. */
export const CrlRecord = z.object({
  authorityId: Id,
  /** Slug of the authority's name: how it is called in addresses. */
  slug: z.string(),
  kind: z.enum(['full', 'delta']),
  /** CRL number (RFC 5280 section 5.2.3), decimal. */
  number: z.string(),
  /** Of a delta: the number of the full list that it adds to. */
  baseNumber: z.string().nullable(),
  thisUpdate: Timestamp,
  nextUpdate: Timestamp,
  entryCount: z.int(),
  byteLength: z.int(),
  sha256: z.string(),
});
export type CrlRecord = z.output<typeof CrlRecord>;

/** Where the gateway and destinations get what they publish. */
export const findCrl = query('rpc.issuer.crl.find', {
  input: z.object({ slug: z.string().min(1).max(256), kind: z.enum(['full', 'delta']) }),
  output: CrlRecord,
  callers: ['gateway', 'deploy'],
  codes: ['not_found'],
});

export const readCrl = query('rpc.issuer.crl.read', {
  input: z.object({ authorityId: Id, kind: z.enum(['full', 'delta']), number: z.string().max(64), offset: z.int().min(0) }),
  output: z.object({ bytes: Base64, byteLength: z.int() }),
  callers: ['gateway', 'deploy'],
  /** `not_found`: a newer list took its place meanwhile. */
  codes: ['not_found'],
});

/** The authority's own certificate, for `caIssuers` addresses. */
export const readAuthorityCertificate = query('rpc.issuer.authority.certificate', {
  input: z.object({ slug: z.string().min(1).max(256) }),
  output: z.object({ certificateDer: Base64, chainDer: z.array(Base64) }),
  callers: ['gateway'],
  codes: ['not_found'],
});

/** An answer of the OCSP responder (RFC 6960), DER. Refusals (`malformedRequest`, `unauthorized`, `tryLater`) are answers too. */
export const answerOcsp = query('rpc.issuer.ocsp.answer', {
  input: z.object({ slug: z.string().min(1).max(256), request: Base64 }),
  output: z.object({
    response: Base64,
    /** How long it may be kept; null: not at all (a nonce, a refusal). */
    expiresAt: Timestamp.nullable(),
    thisUpdate: Timestamp.nullable(),
    /** State of the authority's revocations when it was made; see `listRevocationVersions`. */
    version: z.string().nullable(),
  }),
  callers: ['gateway'],
  timeoutMs: 5_000,
});

/** Serial numbers that are told of one authority, and of all of them in one answer. */
export const changedSerialsLimits = { ofOne: 1_000, ofAll: 5_000 } as const;

/** `version` changes with each revocation or release. */
export const listRevocationVersions = query('rpc.issuer.revocation.versions', {
  input: z.object({
    /** What the caller keeps answers of, with the version that it heard of last. */
    since: z.array(z.object({ authorityId: Id, version: z.string().regex(/^\d{1,18}$/) })).max(1_000).optional(),
  }),
  output: z.object({
    authorities: z.array(
      z.object({
        authorityId: Id,
        slug: z.string(),
        version: z.string(),
        crlNumber: z.string().nullable(),
        deltaNumber: z.string().nullable(),
        /**
         * What was revoked or released between `since` and `version`, as `CertificateFacts.serialHex`. Null or left out: that is not told,
         * for it was not asked for, reaches too far back or is too much; whatever is kept of an authority under another version is
         * asked for again then.
         */
        changedSerials: z.array(z.string()).nullable().optional(),
      }),
    ),
  }),
  callers: ['gateway'],
});

/** How an authority publishes what it revoked. */
export const PublicationRecord = z.object({
  authorityId: Id,
  /** Null: the platform does not sign for this authority, so another publishes. */
  reasonNot: z.string().nullable(),
  crlUrls: z.array(z.string()),
  deltaCrlUrls: z.array(z.string()),
  ocspUrls: z.array(z.string()),
  caIssuersUrls: z.array(z.string()),
  full: CrlRecord.nullable(),
  delta: CrlRecord.nullable(),
  revokedCount: z.int(),
  responder: z.object({ serialHex: z.string(), notAfter: Timestamp }).nullable(),
  /** Why the last attempt to make a list failed; null when it did not. */
  lastError: z.string().nullable(),
});
export type PublicationRecord = z.output<typeof PublicationRecord>;

export const getPublication = query('rpc.issuer.revocation.publication', { input: z.object({ authorityId: Id }), output: PublicationRecord, callers: ['gateway'], codes: ['not_found'] });

/** Makes new lists now. */
export const publishCrl = command('rpc.issuer.crl.publish', {
  input: z.object({ authorityId: Id }),
  output: PublicationRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition', 'unavailable'],
  idempotent: true,
  timeoutMs: 28_000,
});

/** What the CA of a certificate says of it, verified. */
export const RevocationCheckRecord = z.object({
  certificateId: Id,
  status: z.enum(['good', 'revoked', 'unknown']),
  /** Who said so: `ocsp`, `crl`, `inventory` for an authority of the platform, null while nobody did. */
  saidBy: z.enum(['ocsp', 'crl', 'inventory']).nullable(),
  revokedAt: Timestamp.nullable(),
  crlReason: CrlReason.nullable(),
  checkedAt: Timestamp,
  /** Every address that was asked, and what came of it. */
  steps: z.array(
    z.object({ method: z.enum(['ocsp', 'crl']), url: z.string(), outcome: z.enum(['good', 'revoked', 'unknown', 'refused', 'failed']), detail: z.string(), thisUpdate: Timestamp.nullable(), nextUpdate: Timestamp.nullable() }),
  ),
});
export type RevocationCheckRecord = z.output<typeof RevocationCheckRecord>;

/** Asks now, and keeps the answer as status of the certificate. */
export const checkRevocation = command('rpc.issuer.revocation.check', {
  input: z.object({ id: Id }),
  output: RevocationCheckRecord,
  callers: ['gateway'],
  /** `rate_limited`: the caller asks about another one at the moment. */
  codes: ['not_found', 'permission_denied', 'rate_limited'],
  idempotent: true,
  timeoutMs: 28_000,
});

/** Of the last check; null: it was never checked. */
export const getRevocationCheck = query('rpc.issuer.revocation.last_check', { input: z.object({ id: Id }), output: z.object({ check: RevocationCheckRecord.nullable() }), callers: ['gateway'], codes: ['not_found'] });

/** Destinations that get the lists of an authority, beside the gateway that serves them. */
export const CrlPlaceRecord = z.object({
  id: Id,
  authorityId: Id,
  destination: z.object({ id: Id, label: z.string(), plugin: z.string() }),
  state: z.enum(['pending', 'published', 'failed']),
  number: z.string().nullable(),
  publishedAt: Timestamp.nullable(),
  attempts: z.int(),
  lastError: z.string().nullable(),
  nextTryAt: Timestamp.nullable(),
});
export type CrlPlaceRecord = z.output<typeof CrlPlaceRecord>;

export const listCrlPlaces = query('rpc.deploy.crl_place.list', { input: z.object({ authorityId: Id }), output: z.object({ items: z.array(CrlPlaceRecord) }), callers: ['gateway'] });

/** These destinations, and no others; one whose plugin cannot take lists is refused (`failed_precondition`). Administrators alone. */
export const setCrlPlaces = command('rpc.deploy.crl_place.set', {
  input: z.object({ authorityId: Id, slug: z.string().max(256), destinationIds: z.array(Id).max(20) }),
  output: z.object({ items: z.array(CrlPlaceRecord) }),
  callers: ['gateway'],
  codes: ['permission_denied', 'not_found', 'failed_precondition'],
  idempotent: true,
});

export const revocationContracts = [
  findCrl,
  readCrl,
  readAuthorityCertificate,
  answerOcsp,
  listRevocationVersions,
  getPublication,
  publishCrl,
  checkRevocation,
  getRevocationCheck,
  listCrlPlaces,
  setCrlPlaces,
] as const;
