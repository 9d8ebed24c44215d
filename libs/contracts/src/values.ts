import { z } from 'zod';

/** DER or other bytes on the bus: base64 with padding. */
export const Base64 = z.base64();

/** PEM text without a trailing newline, as Lemur's clients expect it. */
export const Pem = z.string();

export const Timestamp = z.iso.datetime({ offset: true });

/** Small integer identity of a row, as the REST API shows it. */
export const Id = z.int().positive().max(2_147_483_647);

export const HashName = z.enum(['sha256', 'sha384', 'sha512']);
export type HashName = z.output<typeof HashName>;

/** A reference as a client gives it: `id` wins when both are there. */
export const Ref = z.object({ id: Id.optional(), name: z.string().max(256).optional() }).refine((ref) => ref.id !== undefined || ref.name !== undefined, {
  message: 'needs an id or a name',
});
export type Ref = z.output<typeof Ref>;

/** RFC 5280 section 5.3.1, in Lemur's spelling. */
export const CrlReason = z.enum([
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
]);
export type CrlReason = z.output<typeof CrlReason>;
