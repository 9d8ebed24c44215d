import { z } from 'zod';
import { event } from '../contract.js';
import { EndpointProof } from '../rpc/deployment.js';
import { Id, Timestamp } from '../values.js';

const DeploymentFacts = z.object({
  id: Id,
  certificateId: Id,
  destinationId: Id,
  destinationLabel: z.string(),
  plugin: z.string(),
  fingerprintSha256: z.string(),
});

export const deploymentRequested = event('sifaka.v1.deployment.requested', {
  source: 'deploy',
  summary: 'A certificate is to be put to a destination.',
  data: DeploymentFacts,
});
export const deploymentSucceeded = event('sifaka.v1.deployment.succeeded', {
  source: 'deploy',
  summary: 'A certificate is at its destination, and served there where that could be asked.',
  data: DeploymentFacts.extend({
    externalId: z.string().nullable(),
    /** Addresses that were asked. */
    proofs: z.array(EndpointProof),
    /** Found there by a source; nothing was uploaded. */
    isAdopted: z.boolean(),
  }),
});
export const deploymentFailed = event('sifaka.v1.deployment.failed', {
  source: 'deploy',
  summary: 'A certificate could not be put to a destination; it is tried again at nextTryAt, or not any more.',
  data: DeploymentFacts.extend({ error: z.string(), attempts: z.int(), nextTryAt: Timestamp.nullable(), isRolledBack: z.boolean() }),
});
export const deploymentRemoved = event('sifaka.v1.deployment.removed', {
  source: 'deploy',
  summary: 'A certificate is not at a destination any more, or is not wanted there.',
  data: DeploymentFacts.extend({ note: z.string().nullable() }),
});

const RotationFacts = z.object({
  id: Id,
  endpointId: Id,
  endpointName: z.string(),
  dnsname: z.string(),
  port: z.int(),
  oldCertificateId: Id.nullable(),
  newCertificateId: Id,
});

export const rotationRequested = event('sifaka.v1.rotation.requested', { source: 'deploy', summary: 'An endpoint is to present another certificate.', data: RotationFacts });
export const rotationSucceeded = event('sifaka.v1.rotation.succeeded', { source: 'deploy', summary: 'An endpoint presents another certificate.', data: RotationFacts });
export const rotationFailed = event('sifaka.v1.rotation.failed', {
  source: 'deploy',
  summary: 'An endpoint could not be made to present another certificate: the old one is served.',
  data: RotationFacts.extend({ error: z.string(), nextTryAt: Timestamp.nullable() }),
});

export const deploymentEvents = [
  deploymentRequested,
  deploymentSucceeded,
  deploymentFailed,
  deploymentRemoved,
  rotationRequested,
  rotationSucceeded,
  rotationFailed,
] as const;
