import { limits } from '@sifaka/kernel';
import { z } from 'zod';
import { command, query } from '../contract.js';
import { Id, Ref, Timestamp } from '../values.js';
import { DestinationRecord } from './destination.js';
import { StartTlsProtocol } from './endpoint.js';
import { Window } from './list.js';

/** `removed` is where a deployment ends: taken away on request, or put aside by another certificate in its place. */
export const deploymentStates = ['pending', 'running', 'deployed', 'failed', 'removed'] as const;
export const DeploymentState = z.enum(deploymentStates);
export type DeploymentState = z.output<typeof DeploymentState>;

/** One address that was asked after an upload, and what it served. */
export const EndpointProof = z.object({
  host: z.string(),
  port: z.int(),
  serverName: z.string().nullable(),
  /** Null: TLS from the first byte on. */
  startTls: StartTlsProtocol.nullable().default(null),
  isServed: z.boolean(),
  /** What was wrong, in words; null when nothing was. */
  detail: z.string().nullable(),
});
export type EndpointProof = z.output<typeof EndpointProof>;

/** One certificate at one destination: what is wanted, what is, and what is being done about the difference. */
export const DeploymentRecord = z.object({
  id: Id,
  certificateId: Id,
  destinationId: Id,
  /** Of the destination; what they were when it is gone. */
  destinationLabel: z.string(),
  plugin: z.string(),
  state: DeploymentState,
  wanted: z.enum(['deployed', 'removed']),
  /** SHA-256 of the certificate, hex. */
  fingerprint: z.string(),
  /** What the destination calls it. */
  externalId: z.string().nullable(),
  /** Since the last success or request. */
  attempts: z.int(),
  lastError: z.string().nullable(),
  nextTryAt: Timestamp.nullable(),
  /** The last upload was not served as it should have been: what was there before is back. */
  isRolledBack: z.boolean(),
  /** Of the last upload; empty where the destination names no address to ask. */
  proofs: z.array(EndpointProof),
  /** In words, where the state alone does not tell: expired when attached, replaced in place, left behind at the destination. */
  note: z.string().nullable(),
  requestedAt: Timestamp,
  deployedAt: Timestamp.nullable(),
  removedAt: Timestamp.nullable(),
  updatedAt: Timestamp,
});
export type DeploymentRecord = z.output<typeof DeploymentRecord>;

/** One step of a deployment's history. */
export const DeploymentStep = z.object({
  at: Timestamp,
  what: z.enum(['requested', 'uploading', 'uploaded', 'verified', 'verification_failed', 'rolled_back', 'rollback_failed', 'deployed', 'failed', 'removal_requested', 'removed', 'adopted', 'skipped']),
  detail: z.string().nullable(),
});
export type DeploymentStep = z.output<typeof DeploymentStep>;

/**
 * The destinations that references mean, before a certificate is made or changed: ids, or labels that one destination alone has.
 *
 * Refuses with fields `destinations.<index>` what does not exist, is ambiguous, or cannot take such a certificate.
 */
export const resolveAttachments = query('rpc.deploy.deployment.resolve', {
  input: z.object({ refs: z.array(Ref).min(1).max(200), hasPrivateKey: z.boolean(), format: z.enum(['x509', 'openssh']) }),
  output: z.object({ destinations: z.array(DestinationRecord) }),
  callers: ['gateway'],
});

/** Puts a certificate to more destinations; those that it has been put to already are left as they are. */
export const attachDestinations = command('rpc.deploy.deployment.attach', {
  input: z.object({ certificateId: Id, destinationIds: z.array(Id).min(1).max(200) }),
  output: z.object({ deployments: z.array(DeploymentRecord) }),
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition'],
  idempotent: true,
});

/** Makes these the destinations of a certificate: new ones are uploaded to, those left out are cleaned. */
export const setDestinations = command('rpc.deploy.deployment.set', {
  input: z.object({ certificateId: Id, destinationIds: z.array(Id).max(200) }),
  output: z.object({ deployments: z.array(DeploymentRecord) }),
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition'],
  idempotent: true,
});

export const listDeployments = query('rpc.deploy.deployment.list', {
  input: z.object({
    window: Window,
    certificateId: Id.nullable(),
    destinationId: Id.nullable(),
    state: DeploymentState.nullable(),
    ids: z.array(Id).max(1_000).nullable(),
  }),
  output: z.object({ items: z.array(DeploymentRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
});

export const getDeployment = query('rpc.deploy.deployment.get', {
  input: z.object({ id: Id }),
  output: DeploymentRecord.extend({ history: z.array(DeploymentStep) }),
  callers: ['gateway'],
  codes: ['not_found'],
});

/** Begins again now, whatever the state: a failed one is tried, one that is deployed is looked at and put right. */
export const retryDeployment = command('rpc.deploy.deployment.retry', {
  input: z.object({ id: Id }),
  output: DeploymentRecord,
  callers: ['gateway'],
  codes: ['not_found', 'permission_denied', 'failed_precondition'],
  idempotent: true,
});

/** Destinations of certificates, for views: those where it is wanted. */
export const findAttachments = query('rpc.deploy.deployment.find', {
  input: z.object({ certificateIds: z.array(Id).min(1).max(limits.listCount) }),
  output: z.object({
    destinations: z.array(DestinationRecord),
    attachments: z.array(z.object({ certificateId: Id, destinationId: Id, state: DeploymentState })),
  }),
  callers: ['gateway'],
});

export const deploymentContracts = [
  resolveAttachments,
  attachDestinations,
  setDestinations,
  listDeployments,
  getDeployment,
  retryDeployment,
  findAttachments,
] as const;
