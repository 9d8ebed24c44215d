import { z } from 'zod';
import { query } from '../contract.js';
import { Id } from '../values.js';
import { CertificateRecord, ShortCertificate } from './certificate-record.js';
import { Window } from './list.js';

export const getCertificate = query('rpc.issuer.certificate.get', {
  input: z.object({ id: Id }),
  output: CertificateRecord,
  callers: ['gateway', 'deploy', 'discovery', 'notify'],
  codes: ['not_found'],
});

const CertificateListInput = z.object({
  window: Window,
  filter: z.string().max(1_024).nullable(),
  ids: z.array(Id).max(1_000).nullable(),
  /** Exact name, case-sensitive. */
  name: z.string().max(256).nullable(),
  /** Decimal, 0x hex or colon-separated hex. */
  serial: z.string().max(128).nullable(),
  showExpired: z.boolean(),
  /** Weeks from today in which it ends. */
  timeRange: z.int().min(0).max(10_000).nullable(),
  destinationId: Id.nullable(),
  notificationId: Id.nullable(),
  owner: z.string().max(128).nullable(),
  active: z.boolean().nullable(),
  rotation: z.boolean().nullable(),
  creatorIds: z.array(Id).max(1_000).nullable(),
  authorityId: Id.nullable(),
});
export type CertificateListInput = z.output<typeof CertificateListInput>;

export const listCertificates = query('rpc.issuer.certificate.list', {
  input: CertificateListInput,
  output: z.object({ items: z.array(CertificateRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway', 'deploy', 'discovery', 'notify'],
  timeoutMs: 10_000,
});

export const listShortCertificates = query('rpc.issuer.certificate.list_short', {
  input: CertificateListInput,
  output: z.object({ items: z.array(ShortCertificate), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
  timeoutMs: 10_000,
});

/** Not expired (by date), not revoked, not replaced; newest first when paged. */
export const listValidCertificates = query('rpc.issuer.certificate.list_valid', {
  input: z.object({
    cn: z.string().max(256),
    san: z.string().max(256).nullable(),
    owner: z.string().max(128).nullable(),
    window: Window,
  }),
  output: z.object({ items: z.array(CertificateRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
  timeoutMs: 10_000,
});

export const certificateStats = query('rpc.issuer.certificate.stats', {
  input: z.object({ metric: z.enum(['bits', 'issuer', 'not_after', 'signing_algorithm']) }),
  output: z.object({ labels: z.array(z.string()), values: z.array(z.int()) }),
  callers: ['gateway'],
});
