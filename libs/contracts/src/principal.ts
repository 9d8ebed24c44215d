import { z } from 'zod';
import { serviceNames } from './service.js';

export const RoleRef = z.object({ id: z.int(), name: z.string() });
export type RoleRef = z.output<typeof RoleRef>;

/** A person, or a program with a person's API key, as the gateway authenticated it for this request. */
export const UserPrincipal = z.object({
  kind: z.literal('user'),
  userId: z.int(),
  username: z.string(),
  email: z.string(),
  roles: z.array(RoleRef),
  /** Set when the request came with an API key. */
  apiKeyId: z.int().nullable(),
  /** Where from: peer address as the gateway saw it, or as a trusted proxy reported it. */
  sourceIp: z.string().nullable(),
  userAgent: z.string().nullable(),
});
export type UserPrincipal = z.output<typeof UserPrincipal>;

/** A service acting on its own account: jobs, event handlers. The bus vouches for its name. */
export const SystemPrincipal = z.object({ kind: z.literal('system'), service: z.enum(serviceNames) });
export type SystemPrincipal = z.output<typeof SystemPrincipal>;

export const Principal = z.discriminatedUnion('kind', [UserPrincipal, SystemPrincipal]);
export type Principal = z.output<typeof Principal>;
