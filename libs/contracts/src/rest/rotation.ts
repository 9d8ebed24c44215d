import { z } from 'zod';
import { RotationAnswer, RotationRecord, rotationStates } from '../rpc/rotation.js';
import { bool, idParam, int, ref, text } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { NestedUser } from './view.js';

const tag = 'rotations';
const byId = z.object({ id: idParam() });

export const RotationView = RotationRecord.omit({ userId: true }).extend({ user: NestedUser.nullable() });
export type RotationView = z.output<typeof RotationView>;
export const RotationsView = RotationAnswer.omit({ rotations: true }).extend({ rotations: z.array(RotationView) });
export type RotationsView = z.output<typeof RotationsView>;

const settings = {
  /** The certificate to present; left out: what replaced the one that is presented. */
  certificate: ref().nullish(),
  /** Take the old certificate away where nothing else uses it. */
  removeOld: bool().default(false),
  /** Only say what would be done. */
  dryRun: bool().default(false),
  /** Ask the endpoint what it serves before it counts as done. */
  verify: bool().default(true),
};

export const RotateInput = z.object(settings);

export const rotateEndpointOperation = operation('rotateEndpoint', 'POST', '/endpoints/{id}/rotate', {
  tag,
  summary: 'Make an endpoint present another certificate; needs the right to change the old one and the new one',
  access: 'authenticated',
  params: byId,
  body: RotateInput,
  response: RotationsView,
  errors: [404, 412],
});
export const rotateCertificateOperation = operation('rotateCertificate', 'POST', '/certificates/{id}/rotate', {
  tag,
  summary: 'Do so for every endpoint that presents this certificate',
  access: 'authenticated',
  params: byId,
  body: RotateInput.extend({ region: text(64).nullish() }),
  response: RotationsView,
  errors: [404, 412],
});
export const rotateDueOperation = operation('rotateDue', 'POST', '/rotations', {
  tag,
  summary: 'Do so for every endpoint whose certificate has been replaced; of one source or region, if named',
  access: 'admin',
  body: z.object({ region: text(64).nullish(), sourceId: int({ min: 1 }).nullish(), removeOld: settings.removeOld, dryRun: settings.dryRun, verify: settings.verify }),
  response: RotationsView,
  errors: [404, 412],
});
export const listRotationsOperation = operation('listRotations', 'GET', '/rotations', {
  tag,
  summary: 'Rotations, newest first',
  access: 'authenticated',
  query: z.object({
    ...listQuery,
    endpointId: int({ min: 1 }).optional(),
    certificateId: int({ min: 1 }).optional(),
    state: z.enum(rotationStates, { error: `must be one of ${rotationStates.join(', ')}` }).optional(),
  }),
  response: listOf(RotationView),
});
export const getRotationOperation = operation('getRotation', 'GET', '/rotations/{id}', {
  tag,
  summary: 'One rotation with its steps',
  access: 'authenticated',
  params: byId,
  response: RotationView,
  errors: [404],
});
export const retryRotationOperation = operation('retryRotation', 'POST', '/rotations/{id}/retry', {
  tag,
  summary: 'Take up a failed rotation again',
  access: 'authenticated',
  params: byId,
  response: RotationView,
  errors: [404, 412],
});

export const rotationOperations = [
  rotateEndpointOperation,
  rotateCertificateOperation,
  rotateDueOperation,
  listRotationsOperation,
  getRotationOperation,
  retryRotationOperation,
] as const;
