import { z } from 'zod';
import { command, query } from '../contract.js';
import { Id, Timestamp } from '../values.js';

/** Where a certificate that ends soon was presented when hosts were last asked (domain-rules §18). */
export const ServedWhileEnding = z.object({
  certificateId: Id,
  /** Ports on which each name presents it; empty: none does. */
  domains: z.array(z.object({ name: z.string(), ports: z.array(z.int()), checkedAt: Timestamp })),
});
export type ServedWhileEnding = z.output<typeof ServedWhileEnding>;

/** Those that were asked about, in order of their ids. An answer may be shorter than `limit`: read on until it is empty. */
export const listServedWhileEnding = query('rpc.discovery.served.list', {
  input: z.object({ certificateIds: z.array(Id).min(1).max(500).nullable(), afterId: z.int().min(0), limit: z.int().min(1).max(500) }),
  output: z.object({ items: z.array(ServedWhileEnding) }),
  callers: ['notify', 'gateway'],
});

/** What of a source would go, or went, and what would not, with the reason (domain-rules §19). */
export const CleanReport = z.object({
  source: z.object({ id: Id, label: z.string() }),
  isDryRun: z.boolean(),
  /** Why nothing can be removed there; null otherwise. */
  reasonNot: z.string().nullable(),
  certificates: z.array(z.object({ id: Id, name: z.string(), owner: z.string(), notAfter: Timestamp, outcome: z.enum(['would_be_removed', 'removed', 'failed', 'kept']), detail: z.string().nullable() })),
  /** More than are listed. */
  total: z.int(),
});
export type CleanReport = z.output<typeof CleanReport>;

/** Removes certificates without endpoints from a source, and lets same-label destinations go: expired ones, those that end within some days, or those issued within some days. */
export const cleanSource = command('rpc.discovery.source.clean', {
  input: z.object({
    id: Id,
    selection: z.union([z.object({ kind: z.literal('expired') }), z.object({ kind: z.enum(['expiring', 'issued']), days: z.int().min(0).max(36_500) })]),
    isDryRun: z.boolean(),
  }),
  output: CleanReport,
  callers: ['gateway'],
  codes: ['permission_denied', 'not_found', 'conflict'],
  timeoutMs: 28_000,
});

export const servedContracts = [listServedWhileEnding, cleanSource] as const;
