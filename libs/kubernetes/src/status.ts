import { AppError, type ErrorCode } from '@sifaka/kernel';
import type { ApiAnswer, ApiRequest, HttpApi } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** A right as roles name it. */
export interface Need {
  verb: 'get' | 'list' | 'create' | 'patch' | 'delete';
  /** With the API group behind a dot where it has one: `ingresses.networking.k8s.io`. */
  resource: string;
  /** Null: in the whole cluster. */
  namespace: string | null;
}

/** What the API server answers instead of an object (kubernetes.io/docs/reference/kubernetes-api/common-definitions/status). */
const Status = z.object({
  kind: z.literal('Status'),
  reason: z.string().optional(),
  message: z.string().default(''),
  metadata: z.object({ continue: z.string().optional() }).optional(),
  details: z.object({ causes: z.array(z.object({ reason: z.string().optional(), message: z.string().optional(), field: z.string().optional() })).optional() }).optional(),
});
export type Status = z.output<typeof Status>;

export const statusOf = (body: unknown): Status | undefined => Status.safeParse(body).data;

/** A refusal in words that say what to change. */
export function faultOf(api: HttpApi, path: string, request: ApiRequest & { need: Need }, answer: ApiAnswer): AppError {
  const plain = api.refusal(path, request, answer);
  const { need } = request;
  switch (answer.status) {
    case 401:
      return because(plain, 'permission_denied', 'kubernetes.bad_token', 'the API server does not know the token: it has expired, was revoked, or is of another cluster');
    case 403:
      return because(plain, 'permission_denied', 'kubernetes.forbidden', `the token lacks a right: its role must allow "${need.verb}" on ${need.resource} ${need.namespace === null ? 'in all namespaces' : `in namespace "${need.namespace}"`}`);
    case 404:
      return statusOf(answer.body) === undefined ? because(plain, 'upstream_failed', 'kubernetes.no_api', 'there is no Kubernetes API at this address') : plain;
    case 409:
      return new AppError('conflict', plain.message, { reason: isOwnershipConflict(answer.body) ? 'kubernetes.owned' : 'kubernetes.changed', cause: plain });
    case 410:
      return new AppError('failed_precondition', plain.message, { reason: 'kubernetes.expired', cause: plain });
    default:
      return plain;
  }
}

/** Somebody else owns a field that was to be set; otherwise the object was changed meanwhile. */
export const isOwnershipConflict = (body: unknown): boolean => statusOf(body)?.details?.causes?.some(({ reason }) => reason === 'FieldManagerConflict') ?? false;

const because = (plain: AppError, code: ErrorCode, reason: string, words: string): AppError => new AppError(code, `${words} (${plain.message})`, { reason, cause: plain });
