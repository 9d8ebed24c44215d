import { z } from 'zod';
import { ReissuePlan, RenewalRecord, TimelineEntry } from '../rpc/renewal.js';
import { RotationPolicyRecord } from '../rpc/rotation-policy.js';
import { bool, idParam, int, title } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { PendingCertificateAnswer } from './pending-certificate.js';
import { CertificateView } from './view.js';

const byId = z.object({ id: idParam() });
const certificate = { tag: 'certificates', params: byId, errors: [404] } as const;

export const reissueCertificateOperation = operation('reissueCertificate', 'POST', '/certificates/{id}/reissue', {
  ...certificate,
  summary: 'Issue a successor now: same attributes, new key, same destinations and notifications; dryRun says what would be asked for',
  access: 'writer',
  body: z.object({ dryRun: bool().default(false), force: bool().default(false) }),
  response: z.object({ plan: ReissuePlan, certificate: CertificateView.nullable(), pending: PendingCertificateAnswer.nullable() }),
  errors: [404, 409, 412, 502, 504],
  takesIdempotencyKey: true,
});

/** The whole life of a certificate. `next`: what happens next; null: nothing will. */
export const TimelineView = z.object({
  certificateId: z.int(),
  renewal: RenewalRecord,
  next: TimelineEntry.nullable(),
  /** By time, the latest first; those without a time at the end. */
  items: z.array(TimelineEntry),
  total: z.int(),
  /** Services that did not answer: their part is missing. */
  missing: z.array(z.string()),
});
export type TimelineView = z.output<typeof TimelineView>;

export const getTimelineOperation = operation('getCertificateTimeline', 'GET', '/certificates/{id}/timeline', {
  ...certificate,
  summary: 'What happened to a certificate, and what happens next, when and why',
  access: 'authenticated',
  response: TimelineView,
});

const policyTag = 'rotation policies';
const policyInput = {
  name: title(128),
  days: int({ min: 0, max: 36_500 }).default(0),
  hours: int({ min: 0, max: 876_000 }).default(0),
  lifetimeFraction: z.number({ error: 'must be a number between 0 and 1' }).gt(0, { error: 'must be more than 0' }).lt(1, { error: 'must be less than 1' }).nullish(),
};

export const RotationPolicyInput = z.object(policyInput).superRefine(({ days, hours, lifetimeFraction }, context) => {
  if (days === 0 && hours === 0 && (lifetimeFraction ?? null) === null)
    context.addIssue({ code: 'custom', path: ['days'], message: 'a policy needs days, hours or lifetimeFraction: with none of them nothing would ever be renewed' });
});

export const listRotationPoliciesOperation = operation('listRotationPolicies', 'GET', '/rotation_policies', {
  tag: policyTag,
  summary: 'Rotation policies: how long before its end a certificate is renewed',
  access: 'authenticated',
  query: z.object(listQuery),
  response: listOf(RotationPolicyRecord),
});
export const createRotationPolicyOperation = operation('createRotationPolicy', 'POST', '/rotation_policies', {
  tag: policyTag,
  summary: 'Add a rotation policy',
  access: 'admin',
  body: RotationPolicyInput,
  response: RotationPolicyRecord,
  errors: [409],
  takesIdempotencyKey: true,
});
export const getRotationPolicyOperation = operation('getRotationPolicy', 'GET', '/rotation_policies/{id}', {
  tag: policyTag,
  summary: 'One rotation policy',
  access: 'authenticated',
  params: byId,
  response: RotationPolicyRecord,
  errors: [404],
});
export const updateRotationPolicyOperation = operation('updateRotationPolicy', 'PUT', '/rotation_policies/{id}', {
  tag: policyTag,
  summary: 'Replace a rotation policy; its certificates are planned anew',
  access: 'admin',
  params: byId,
  body: RotationPolicyInput,
  response: RotationPolicyRecord,
  errors: [404, 409],
});
export const deleteRotationPolicyOperation = operation('deleteRotationPolicy', 'DELETE', '/rotation_policies/{id}', {
  tag: policyTag,
  summary: 'Delete a rotation policy that no certificate has',
  access: 'admin',
  guardsFirst: true,
  params: byId,
  response: null,
  errors: [404, 412],
});

export const renewalOperations = [
  reissueCertificateOperation,
  getTimelineOperation,
  listRotationPoliciesOperation,
  createRotationPolicyOperation,
  getRotationPolicyOperation,
  updateRotationPolicyOperation,
  deleteRotationPolicyOperation,
] as const;
