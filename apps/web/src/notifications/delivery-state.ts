import type { DeliveryRecord, DeliveryState, MessageType } from '@sifaka/contracts';
import { assertNever } from '@sifaka/kernel';
import type { StateWords } from '../ui/badges.js';

/** One or two words for where a message stands. */
export function stateOf({ state, attempts }: Pick<DeliveryRecord, 'state' | 'attempts'>): StateWords {
  switch (state) {
    case 'pending':
      return attempts === 0 ? { word: 'waiting', color: 'blue' } : { word: 'trying again', color: 'orange' };
    case 'sending':
      return { word: 'being sent', color: 'blue' };
    case 'delivered':
      return { word: 'delivered', color: 'teal' };
    case 'failed':
      return { word: 'failed', color: 'red' };
    case 'dropped':
      return { word: 'dropped', color: 'gray' };
    default:
      return assertNever(state);
  }
}

export const isUnderWay = ({ state }: { state: DeliveryState }): boolean => state === 'pending' || state === 'sending';

/** What is tried again by hand: a message that failed, or that waits for its next try. */
export const isRetriable = ({ state }: { state: DeliveryState }): boolean => state === 'failed' || state === 'pending';

/** Messages that one request tries again. */
const mostAtOnce = 1_000;

/** What came of trying again all that failed; what becomes of each stands in the list. */
export function retriedText(count: number): string {
  if (count === 0) return 'Nothing has failed: there is nothing to try again';
  if (count === 1) return '1 message is tried now';
  return `${count} messages are tried now${count >= mostAtOnce ? ', the oldest first: there may be more' : ''}`;
}

/** Message types in words. */
export const typeWords: Readonly<Record<MessageType, string>> = {
  expiration: 'Certificate ends soon',
  expiration_summary: 'Digest of what ends soon',
  authority_expiration: 'Authority ends soon',
  rotation: 'Certificate was renewed',
  reissued_with_no_endpoints: 'Renewed, but presented nowhere',
  reissue_failed: 'Renewal failed',
  renewal_late: 'Renewal is late',
  revocation: 'Certificate was revoked',
  failed: 'Issuance failed',
  deployment_failed: 'Deployment failed',
  expiring_deployed_certificate: 'Ends soon and is still presented',
  test: 'Test message',
};

export const stateWords: Readonly<Record<DeliveryState, string>> = {
  pending: 'Waiting',
  sending: 'Being sent',
  delivered: 'Delivered',
  failed: 'Failed',
  dropped: 'Dropped',
};
