import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import type { KubernetesApi } from './kubernetes-api.js';
import type { Need } from './status.js';

const Review = z.object({ status: z.object({ allowed: z.boolean() }) });

/**
 * Asks the API server whether the token has these rights, which everybody who is known there may ask of themselves
 * (kubernetes.io/docs/reference/access-authn-authz/authorization, "Checking API access").
 *
 * @throws AppError `permission_denied` that names all that are missing
 */
export async function assertAllowed(api: KubernetesApi, needs: readonly Need[]): Promise<void> {
  const missing: string[] = [];
  for (const { verb, resource, namespace } of needs) {
    const [kind = resource, ...group] = resource.split('.');
    const resourceAttributes = { verb, resource: kind, ...(group.length > 0 && { group: group.join('.') }), ...(namespace !== null && { namespace }) };
    const { status } = await api.read(Review, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      method: 'POST',
      json: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
      need: { verb: 'create', resource: 'selfsubjectaccessreviews.authorization.k8s.io', namespace: null },
    });
    if (!status.allowed) missing.push(`"${verb}" on ${resource}${namespace === null ? ' in all namespaces' : ` in namespace "${namespace}"`}`);
  }
  if (missing.length > 0) throw new AppError('permission_denied', `the role of the token must also allow ${missing.join(', ')}`, { reason: 'kubernetes.forbidden' });
}
