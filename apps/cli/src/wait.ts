import type { PendingCertificateView } from '@sifaka/contracts';
import { AppError, toAppError } from '@sifaka/kernel';
import { follow, type Patience } from './follow.js';

/**
 * Waits for the certificate of a pending one, and says what happens meanwhile.
 *
 * @returns the id of the certificate
 * @throws AppError `failed_precondition` when none comes any more, `upstream_timeout` when patience ends first, or why it cannot be read
 */
export async function waitForCertificate(first: PendingCertificateView, patience: Patience<PendingCertificateView>): Promise<number> {
  const story = {
    newsOf,
    isOver: ({ resolvedCertId, state }: PendingCertificateView) => resolvedCertId !== null || state !== 'waiting',
    unfinished: ({ id, name }: PendingCertificateView) => `${name} is still not issued; it goes on without you: sifaka pending show ${id}`,
  };
  const pending = await follow(first, story, { ...patience, read: () => patience.read().catch(cancelled(first)) });
  if (pending.resolvedCertId === null) throw new AppError('failed_precondition', endOf(pending));
  return pending.resolvedCertId;
}

const cancelled =
  ({ name }: PendingCertificateView) =>
  (thrown: unknown): never => {
    const error = toAppError(thrown);
    if (error.code === 'not_found') throw new AppError('failed_precondition', `the request for ${name} was cancelled`, { cause: error });
    throw error;
  };

function newsOf({ id, name, state, settledBy, status, lastError, numberAttempts }: PendingCertificateView): string {
  if (state !== 'waiting') return `${name}: ${state === 'resolved' ? 'issued' : state}`;
  if (lastError !== null) return `${name}: ${numberAttempts} ${numberAttempts === 1 ? 'try' : 'tries'} so far, ${lastError}`;
  if (settledBy === 'upload') return `${name}: have its request signed (sifaka pending csr ${id}), then sifaka pending upload ${id} --body <file>`;
  return `${name}: ${status ?? 'waiting for the authority'}`;
}

const endOf = ({ name, state, lastError, status }: PendingCertificateView): string =>
  state === 'cancelled' ? `the request for ${name} was cancelled` : `${name} was not issued: ${lastError ?? status ?? 'the authority gave no reason'}`;
