import { AppError, isAppError } from '@sifaka/kernel';
import { z } from 'zod';
import type { KubernetesApi } from './kubernetes-api.js';

const ManagedFields = z.object({ manager: z.string().default(''), operation: z.string().default(''), fieldsV1: z.record(z.string(), z.unknown()).default({}) });

export const Secret = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
    annotations: z.record(z.string(), z.string()).default({}),
    labels: z.record(z.string(), z.string()).default({}),
    managedFields: z.array(ManagedFields).default([]),
  }),
  type: z.string().default('Opaque'),
  /** Base64. */
  data: z.record(z.string(), z.string()).nullish().transform((data) => data ?? {}),
});
export type Secret = z.output<typeof Secret>;

/** What is to be there of a secret; what others put into it stays. */
export interface AppliedSecret {
  namespace: string;
  name: string;
  type: string;
  annotations: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  data: Readonly<Record<string, Buffer>>;
}

export interface ApplyTerms {
  fieldManager: string;
  /** Takes fields from other managers. */
  isForced: boolean;
  /** Only when the secret is as it was read; left out: whatever it is. */
  resourceVersion?: string | undefined;
  /** Says whether it would work. */
  isDryRun?: boolean;
}

/** Secrets of one cluster (kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1). */
export class Secrets {
  constructor(private readonly api: KubernetesApi) {}

  /** Null when it is not there. */
  async find(namespace: string, name: string): Promise<Secret | null> {
    return this.api.find(Secret, pathOf(namespace, name), { need: { verb: 'get', resource: 'secrets', namespace } });
  }

  /**
   * Server-side apply (kubernetes.io/docs/reference/using-api/server-side-apply): sets these fields, removes those that the same manager
   * set before and that are no longer among them, and leaves everything else.
   *
   * @throws AppError `conflict`: reason `kubernetes.owned` names another manager, `kubernetes.changed` is worth another look
   */
  async apply({ namespace, name, ...secret }: AppliedSecret, { fieldManager, isForced, resourceVersion, isDryRun = false }: ApplyTerms): Promise<Secret> {
    const data = Object.fromEntries(Object.entries(secret.data).map(([key, value]) => [key, value.toString('base64')]));
    return this.api.read(Secret, pathOf(namespace, name), {
      method: 'PATCH',
      headers: { 'content-type': 'application/apply-patch+yaml' },
      query: { fieldManager, force: String(isForced), ...(isDryRun && { dryRun: 'All' }) },
      // JSON is YAML.
      json: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace, annotations: secret.annotations, labels: secret.labels, ...(resourceVersion !== undefined && { resourceVersion }) },
        type: secret.type,
        data,
      },
      need: { verb: 'patch', resource: 'secrets', namespace },
    });
  }

  /** Only as it was read: what somebody changed meanwhile is not deleted unseen. @throws AppError `conflict`, reason `kubernetes.changed` */
  async delete({ metadata: { namespace, name, uid, resourceVersion } }: Secret): Promise<void> {
    const json = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
    try {
      await this.api.find(z.unknown(), pathOf(namespace, name), { method: 'DELETE', json, need: { verb: 'delete', resource: 'secrets', namespace } });
    } catch (error) {
      if (isAppError(error) && error.code === 'conflict') throw new AppError('conflict', error.message, { reason: 'kubernetes.changed', cause: error });
      throw error;
    }
  }
}

const pathOf = (namespace: string, name: string): string => `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
