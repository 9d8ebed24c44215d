import { z } from 'zod';
import { command, query } from '../contract.js';
import { Id } from '../values.js';
import { Window } from './list.js';

/**
 * When certificates with rotation on are renewed: so long before their end. `lifetimeFraction` counts in the life of each certificate
 * (0.33: when a third is left) and wins over `days` and `hours`, which add up.
 */
export const RotationPolicyRecord = z.object({
  id: Id,
  name: z.string(),
  days: z.int(),
  hours: z.int(),
  lifetimeFraction: z.number().nullable(),
  /** Certificates that have it. */
  certificateCount: z.int(),
});
export type RotationPolicyRecord = z.output<typeof RotationPolicyRecord>;

const settings = {
  name: z.string().min(1).max(128),
  days: z.int().min(0).max(36_500),
  hours: z.int().min(0).max(876_000),
  lifetimeFraction: z.number().gt(0).lt(1).nullable(),
};

export const listRotationPolicies = query('rpc.issuer.rotation_policy.list', {
  input: z.object({ window: Window, filter: z.string().max(1_024).nullable(), ids: z.array(Id).max(1_000).nullable() }),
  output: z.object({ items: z.array(RotationPolicyRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
});

export const getRotationPolicy = query('rpc.issuer.rotation_policy.get', { input: z.object({ id: Id }), output: RotationPolicyRecord, callers: ['gateway'], codes: ['not_found'] });

export const createRotationPolicy = command('rpc.issuer.rotation_policy.create', {
  input: z.object(settings),
  output: RotationPolicyRecord,
  callers: ['gateway'],
  codes: ['permission_denied', 'already_exists'],
});

/** Certificates that have it are planned anew. */
export const updateRotationPolicy = command('rpc.issuer.rotation_policy.update', {
  input: z.object({ id: Id, ...settings }),
  output: RotationPolicyRecord,
  callers: ['gateway'],
  codes: ['permission_denied', 'already_exists', 'not_found'],
  idempotent: true,
});

/** Refused (`failed_precondition`, reason `rotation_policy.in_use`) while certificates have it, and for `default`. */
export const deleteRotationPolicy = command('rpc.issuer.rotation_policy.delete', {
  input: z.object({ id: Id }),
  output: z.object({ id: Id }),
  callers: ['gateway'],
  codes: ['permission_denied', 'not_found', 'failed_precondition'],
  idempotent: true,
});

export const rotationPolicyContracts = [listRotationPolicies, getRotationPolicy, createRotationPolicy, updateRotationPolicy, deleteRotationPolicy] as const;
