import { z } from 'zod';
import { DeploymentRecord, deploymentStates, DeploymentStep } from '../rpc/deployment.js';
import { idParam } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';

const tag = 'deployments';
const byId = z.object({ id: idParam() });
const listParameters = z.object({
  ...listQuery,
  state: z.enum(deploymentStates, { error: `must be one of ${deploymentStates.join(', ')}` }).optional(),
});

export const DeploymentView = DeploymentRecord;
export type DeploymentView = z.output<typeof DeploymentView>;
export const DeploymentDetailView = DeploymentView.extend({ history: z.array(DeploymentStep) });
export type DeploymentDetailView = z.output<typeof DeploymentDetailView>;

export const listDeploymentsOperation = operation('listDeployments', 'GET', '/deployments', {
  tag,
  summary: 'Every certificate at every destination, newest first: where it stands, and what went wrong',
  access: 'authenticated',
  query: listParameters,
  response: listOf(DeploymentView),
});
export const listCertificateDeploymentsOperation = operation('listCertificateDeployments', 'GET', '/certificates/{id}/deployments', {
  tag,
  summary: 'Where a certificate is put, and how that stands',
  access: 'authenticated',
  params: byId,
  query: listParameters,
  response: listOf(DeploymentView),
  errors: [404],
});
export const listDestinationDeploymentsOperation = operation('listDestinationDeployments', 'GET', '/destinations/{id}/deployments', {
  tag,
  summary: 'What is put to a destination, and how that stands',
  access: 'authenticated',
  params: byId,
  query: listParameters,
  response: listOf(DeploymentView),
  errors: [404],
});
export const getDeploymentOperation = operation('getDeployment', 'GET', '/deployments/{id}', {
  tag,
  summary: 'One deployment with its history',
  access: 'authenticated',
  params: byId,
  response: DeploymentDetailView,
  errors: [404],
});
export const retryDeploymentOperation = operation('retryDeployment', 'POST', '/deployments/{id}/retry', {
  tag,
  summary: 'Deploy now, whatever the state; needs the right to change the certificate',
  access: 'authenticated',
  params: byId,
  response: DeploymentView,
  errors: [404, 412],
});
export const retryCertificateDeploymentOperation = operation('retryCertificateDeployment', 'POST', '/certificates/{id}/deployments/{deploymentId}/retry', {
  tag,
  summary: 'The same, below its certificate',
  access: 'authenticated',
  params: z.object({ id: idParam(), deploymentId: idParam() }),
  response: DeploymentView,
  errors: [404, 412],
});
export const retryDestinationDeploymentOperation = operation('retryDestinationDeployment', 'POST', '/destinations/{id}/deployments/{deploymentId}/retry', {
  tag,
  summary: 'The same, below its destination',
  access: 'authenticated',
  params: z.object({ id: idParam(), deploymentId: idParam() }),
  response: DeploymentView,
  errors: [404, 412],
});

export const deploymentOperations = [
  listDeploymentsOperation,
  listCertificateDeploymentsOperation,
  listDestinationDeploymentsOperation,
  getDeploymentOperation,
  retryDeploymentOperation,
  retryCertificateDeploymentOperation,
  retryDestinationDeploymentOperation,
] as const;
