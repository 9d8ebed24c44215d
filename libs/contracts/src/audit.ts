import { z } from 'zod';

/** Who did it, from where, through which key: the part of an audit entry that a principal becomes. */
export const AuditActor = z.object({
  kind: z.enum(['user', 'system']),
  userId: z.int().nullable(),
  /** E-mail address of the user, or the name of the service. */
  name: z.string(),
  apiKeyId: z.int().nullable(),
  sourceIp: z.string().nullable(),
  userAgent: z.string().nullable(),
});
export type AuditActor = z.output<typeof AuditActor>;

/** One change, or one sight of a key. Written in the same transaction as what it tells of. */
export const AuditEntry = z.object({
  id: z.uuid(),
  at: z.iso.datetime({ offset: true }),
  service: z.string(),
  /** `<noun>.<past tense>`, for example `certificate.issued`, `key.viewed`, `user.updated`. */
  action: z.string(),
  actor: AuditActor,
  object: z.object({ type: z.string(), id: z.string(), name: z.string().nullable() }),
  traceId: z.string().nullable(),
  /** What changed, without secrets. */
  details: z.record(z.string(), z.json()),
});
export type AuditEntry = z.output<typeof AuditEntry>;
