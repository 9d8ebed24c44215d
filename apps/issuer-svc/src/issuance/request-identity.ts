import { createHash } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import type { Principal } from '@sifaka/contracts';

/** A request that may come twice: hashes, hex. */
export interface RequestIdentity {
  /** Of caller and idempotency key. */
  key: string;
  /** Of what is asked for. */
  contentHash: string;
}

/** What a request with this key was answered with. */
export interface RepeatedRequest {
  kind: 'certificate' | 'pending';
  /** Of the certificate, or the pending certificate. */
  id: number;
  /** Null: from before contents were compared. */
  contentHash: string | null;
  /** Its key may be used again. */
  isForgotten: boolean;
}

/** Null for a request without key. One caller's idempotency keys mean nothing to another. */
export function requestIdentity(principal: Principal, { requestKey, ...content }: { requestKey: string | null; ownerRoleId: number; destinationIds: readonly number[]; notificationIds: readonly number[] }): RequestIdentity | null {
  if (requestKey === null) return null;
  const caller = principal.kind === 'user' ? `user ${principal.userId}` : `service ${principal.service}`;
  const { destinationIds, notificationIds } = content;
  const compared = {
    ...content,
    // The owner's role is made ready anew for every attempt; the owner stands for it.
    ownerRoleId: undefined,
    // None is as it was before there were any: a request is the same across an upgrade.
    destinationIds: orNothing(destinationIds),
    notificationIds: orNothing(notificationIds),
  };
  return { key: sha256(`${caller}\n${requestKey}`), contentHash: sha256(JSON.stringify(compared, inOrder)) };
}

/**
 * The renewal of a certificate, by whatever service and however often it is begun: the unique index of request keys lets one certificate
 * have one of them.
 */
export function renewalIdentity(certificateId: number): RequestIdentity {
  const key = sha256(`renewal\n${certificateId}`);
  return { key, contentHash: key };
}

/** A reissue that a caller asked for with a key of its own. */
export function reissueIdentity(principal: Principal, certificateId: number, requestKey: string): RequestIdentity {
  const caller = principal.kind === 'user' ? `user ${principal.userId}` : `service ${principal.service}`;
  return { key: sha256(`reissue\n${caller}\n${requestKey}`), contentHash: sha256(`reissue of ${certificateId}`) };
}

const orNothing = (ids: readonly number[]): number[] | undefined => (ids.length === 0 ? undefined : [...ids].sort((a, b) => a - b));

/** @throws AppError `conflict` for the key of another request */
export function assertSameRequest({ contentHash }: RequestIdentity, before: Pick<RepeatedRequest, 'contentHash'>): void {
  if (before.contentHash === null || before.contentHash === contentHash) return;
  throw new AppError('conflict', 'this Idempotency-Key was sent with another request before: use a new key for a new request', {
    reason: 'idempotency.other_request',
  });
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A retry may write its keys in another order. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
