import { z } from 'zod';

/** Longest list that an answer of a CA may hold: an order has at most 100 names at the CAs there are. */
const listCount = 1_000;

const AbsoluteUrl = z.string().max(2_048).pipe(z.url({ protocol: /^https?$/ }));

/** RFC 7807 with the subproblems of RFC 8555 section 6.7.1. What a CA writes wrongly in one is dropped: the error itself matters more. */
const ProblemParts = {
  type: z.string().max(512).catch('about:blank'),
  detail: z.string().catch('').transform((text) => text.slice(0, 2_000)),
  status: z.int().optional().catch(undefined),
};

export const Identifier = z.object({ type: z.string().max(32), value: z.string().max(255) });
export type Identifier = z.output<typeof Identifier>;

export const Problem = z.object({
  ...ProblemParts,
  identifier: Identifier.optional().catch(undefined),
  subproblems: z
    .array(z.object({ ...ProblemParts, identifier: Identifier.optional().catch(undefined) }))
    .max(listCount)
    .catch([]),
});
export type Problem = z.output<typeof Problem>;

/** RFC 8555 section 7.1.1, with `renewalInfo` of RFC 9773 and `profiles` of draft-ietf-acme-profiles. */
export const Directory = z.object({
  newNonce: AbsoluteUrl,
  newAccount: AbsoluteUrl,
  newOrder: AbsoluteUrl,
  revokeCert: AbsoluteUrl,
  keyChange: AbsoluteUrl.optional(),
  renewalInfo: AbsoluteUrl.optional(),
  meta: z
    .object({
      termsOfService: z.string().max(2_048).optional().catch(undefined),
      externalAccountRequired: z.boolean().default(false).catch(false),
      caaIdentities: z.array(z.string().max(255)).max(100).default([]).catch([]),
      profiles: z.record(z.string().max(128), z.string().max(2_048)).default({}).catch({}),
    })
    .default({ externalAccountRequired: false, caaIdentities: [], profiles: {} }),
});
export type Directory = z.output<typeof Directory>;

/** RFC 8555 section 7.1.2. */
export const Account = z.object({
  status: z.enum(['valid', 'deactivated', 'revoked']).default('valid'),
  contact: z.array(z.string().max(512)).max(100).default([]).catch([]),
});
export type Account = z.output<typeof Account>;

/** RFC 8555 section 7.1.3. */
export const Order = z.object({
  status: z.enum(['pending', 'ready', 'processing', 'valid', 'invalid']),
  identifiers: z.array(Identifier).max(listCount).default([]),
  authorizations: z.array(AbsoluteUrl).max(listCount),
  finalize: AbsoluteUrl,
  certificate: AbsoluteUrl.optional(),
  expires: z.iso.datetime({ offset: true }).optional().catch(undefined),
  profile: z.string().max(128).optional().catch(undefined),
  replaces: z.string().max(512).optional().catch(undefined),
  error: Problem.optional().catch(undefined),
});
export type Order = z.output<typeof Order>;

/** RFC 8555 section 7.1.5 and 8; `token` is only there for the types that have one. */
export const Challenge = z.object({
  type: z.string().max(64),
  url: AbsoluteUrl,
  status: z.enum(['pending', 'processing', 'valid', 'invalid']).default('pending'),
  token: z.string().regex(/^[A-Za-z0-9_-]{1,256}$/).optional().catch(undefined),
  error: Problem.optional().catch(undefined),
});
export type Challenge = z.output<typeof Challenge>;

/** RFC 8555 section 7.1.4. The identifier of a wildcard stands without its `*.`. */
export const Authorization = z.object({
  status: z.enum(['pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked']),
  identifier: Identifier,
  challenges: z.array(Challenge).max(100),
  wildcard: z.boolean().default(false).catch(false),
  expires: z.iso.datetime({ offset: true }).optional().catch(undefined),
});
export type Authorization = z.output<typeof Authorization>;

/** RFC 9773 section 4.2. */
export const RenewalInfo = z.object({
  suggestedWindow: z.object({ start: z.iso.datetime({ offset: true }), end: z.iso.datetime({ offset: true }) }),
  explanationURL: z.string().max(2_048).optional().catch(undefined),
});
