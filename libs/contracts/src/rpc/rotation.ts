import { z } from 'zod';
import { command, query } from '../contract.js';
import { Id, Ref, Timestamp } from '../values.js';
import { Window } from './list.js';

export const rotationStates = ['planned', 'pending', 'running', 'succeeded', 'failed'] as const;
export const RotationState = z.enum(rotationStates);
export type RotationState = z.output<typeof RotationState>;

/** `deploy`: the new certificate is put to the store; `point`: the endpoint is told; `verify`: it is asked what it serves; `remove`: the old one goes. */
export const RotationStep = z.object({
  name: z.enum(['deploy', 'point', 'verify', 'remove', 'undo']),
  /** What is done where, in words. */
  detail: z.string(),
  state: z.enum(['planned', 'done', 'failed', 'skipped']),
  error: z.string().nullable(),
  at: Timestamp.nullable(),
});
export type RotationStep = z.output<typeof RotationStep>;

const CertificateName = z.object({ id: Id, name: z.string() });

/** One endpoint on its way from one certificate to another. */
export const RotationRecord = z.object({
  /** Null for a plan. */
  id: Id.nullable(),
  endpoint: z.object({ id: Id, name: z.string(), dnsname: z.string(), port: z.int(), type: z.string() }),
  oldCertificate: CertificateName.nullable(),
  newCertificate: CertificateName,
  state: RotationState,
  steps: z.array(RotationStep),
  removesOld: z.boolean(),
  attempts: z.int(),
  lastError: z.string().nullable(),
  nextTryAt: Timestamp.nullable(),
  requestedAt: Timestamp,
  finishedAt: Timestamp.nullable(),
  /** Null: the platform itself. */
  userId: Id.nullable(),
});
export type RotationRecord = z.output<typeof RotationRecord>;

/**
 * Which endpoints: one, all that present a certificate, or all that are due, which is every one whose certificate has been replaced;
 * `region` narrows to those whose DNS name or scope contains it (domain-rules RO-4).
 */
export const RotationTarget = z.object({
  endpointIds: z.array(Id).min(1).max(1_000).nullable(),
  certificateId: Id.nullable(),
  allDue: z.boolean(),
  region: z.string().min(1).max(64).nullable(),
  sourceId: Id.nullable(),
});
export type RotationTarget = z.output<typeof RotationTarget>;

/** What a rotation would do, or its beginning. An endpoint that cannot be rotated is told apart, with the reason. */
export const RotationAnswer = z.object({
  rotations: z.array(RotationRecord),
  refused: z.array(z.object({ endpointId: Id, name: z.string(), reason: z.string() })),
});
export type RotationAnswer = z.output<typeof RotationAnswer>;

/** Needs the right to change the old and the new certificate, for each endpoint. */
export const startRotation = command('rpc.deploy.rotation.start', {
  input: z.object({
    target: RotationTarget,
    /** Null: what replaced the one that is presented. */
    newCertificate: Ref.nullable(),
    removesOld: z.boolean(),
    isDryRun: z.boolean(),
    /** Asks the endpoint what it serves before the rotation counts as done. */
    verifies: z.boolean(),
  }),
  output: RotationAnswer,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition'],
  timeoutMs: 15_000,
});

export const listRotations = query('rpc.deploy.rotation.list', {
  input: z.object({ window: Window, endpointId: Id.nullable(), certificateId: Id.nullable(), state: RotationState.nullable(), ids: z.array(Id).max(1_000).nullable() }),
  output: z.object({ items: z.array(RotationRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
});

export const getRotation = query('rpc.deploy.rotation.get', {
  input: z.object({ id: Id }),
  output: RotationRecord,
  callers: ['gateway'],
  codes: ['not_found'],
});

export const retryRotation = command('rpc.deploy.rotation.retry', {
  input: z.object({ id: Id }),
  output: RotationRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition'],
  idempotent: true,
});

export const rotationContracts = [startRotation, listRotations, getRotation, retryRotation] as const;
