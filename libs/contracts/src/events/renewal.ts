import { z } from 'zod';
import { event } from '../contract.js';
import { Id, Timestamp } from '../values.js';

const RenewalFacts = z.object({
  certificateId: Id,
  name: z.string(),
  owner: z.string(),
  notAfter: Timestamp,
  /** What runs out with it: whether people are to be told. */
  notify: z.boolean(),
});

export const certificateRenewed = event('sifaka.v1.certificate.renewed', {
  source: 'issuer',
  summary: 'A certificate has a successor with the same attributes and a new key; endpoints that present it are rotated to that.',
  data: RenewalFacts.extend({
    successorId: Id,
    successorName: z.string(),
    /** Of the successor. */
    successorNotAfter: Timestamp,
    destinationIds: z.array(Id),
    endpointCount: z.int(),
    trigger: z.enum(['schedule', 'request']),
  }),
});
export const certificateRenewalFailed = event('sifaka.v1.certificate.renewal_failed', {
  source: 'issuer',
  summary: 'An attempt to renew a certificate failed; it is tried again.',
  data: RenewalFacts.extend({ error: z.string(), attempts: z.int(), nextTryAt: Timestamp.nullable(), trigger: z.enum(['schedule', 'request']) }),
});
/** Once for each certificate, and once more shortly before its end. */
export const certificateRenewalLate = event('sifaka.v1.certificate.renewal_late', {
  source: 'issuer',
  summary: 'A certificate that should have been renewed by now is not: somebody has to look.',
  data: RenewalFacts.extend({ lastError: z.string().nullable(), attempts: z.int(), isLastCall: z.boolean() }),
});

export const certificateReleased = event('sifaka.v1.certificate.released', {
  source: 'issuer',
  summary: 'The hold on a certificate was removed: it is valid again.',
  data: z.object({ id: Id, name: z.string(), owner: z.string(), authorityId: Id.nullable(), serialHex: z.string(), fingerprintSha256: z.string(), releasedAt: Timestamp }),
});
export const certificateFoundRevoked = event('sifaka.v1.certificate.found_revoked', {
  source: 'issuer',
  summary: 'The CA of a certificate says that it is revoked; nobody revoked it here.',
  data: z.object({ id: Id, name: z.string(), owner: z.string(), serialHex: z.string(), notify: z.boolean(), revokedAt: Timestamp.nullable(), crlReason: z.string().nullable(), saidBy: z.enum(['ocsp', 'crl']) }),
});
export const crlPublished = event('sifaka.v1.crl.published', {
  source: 'issuer',
  summary: 'An authority has a new revocation list.',
  data: z.object({ authorityId: Id, slug: z.string(), kind: z.enum(['full', 'delta']), number: z.string(), thisUpdate: Timestamp, nextUpdate: Timestamp, entryCount: z.int(), byteLength: z.int(), sha256: z.string() }),
});

export const renewalEvents = [certificateRenewed, certificateRenewalFailed, certificateRenewalLate, certificateReleased, certificateFoundRevoked, crlPublished] as const;
