import type { PendingCertificateView } from '@sifaka/contracts';
import { AppError, toAppError } from '@sifaka/kernel';

export interface Patience {
  /** Reads it again. @throws AppError */
  read: () => Promise<PendingCertificateView>;
  say: (text: string) => void;
  sleep: (ms: number) => Promise<void>;
  /** Milliseconds of any clock that goes forward. */
  now: () => number;
  limitMs: number;
}

const shortestPauseMs = 1_000;
const longestPauseMs = 10_000;

/**
 * Waits for the certificate of a pending one, and says what happens meanwhile.
 *
 * @returns the id of the certificate
 * @throws AppError `failed_precondition` when none comes any more, `upstream_timeout` when patience ends first, or why it cannot be read
 */
export async function waitForCertificate(first: PendingCertificateView, { read, say, sleep, now, limitMs }: Patience): Promise<number> {
  const end = now() + limitMs;
  let pending = first;
  let said = '';
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    const news = newsOf(pending);
    if (news !== said) say(news);
    said = news;
    if (pending.resolvedCertId !== null) return pending.resolvedCertId;
    if (pending.state !== 'waiting') throw new AppError('failed_precondition', endOf(pending));
    if (now() >= end) throw new AppError('upstream_timeout', `${pending.name} is still not issued; it goes on without you: sifaka pending show ${pending.id}`);
    await sleep(Math.min(pauseMs, Math.max(end - now(), 0)));
    pending = await readAgain(pending, read);
  }
}

/** A server that restarts meanwhile does not end the wait. */
async function readAgain(before: PendingCertificateView, read: () => Promise<PendingCertificateView>): Promise<PendingCertificateView> {
  try {
    return await read();
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'unavailable' || error.code === 'rate_limited') return before;
    if (error.code === 'not_found') throw new AppError('failed_precondition', `the request for ${before.name} was cancelled`, { cause: error });
    throw error;
  }
}

function newsOf({ id, name, state, settledBy, status, lastError, numberAttempts }: PendingCertificateView): string {
  if (state !== 'waiting') return `${name}: ${state === 'resolved' ? 'issued' : state}`;
  if (lastError !== null) return `${name}: ${numberAttempts} ${numberAttempts === 1 ? 'try' : 'tries'} so far, ${lastError}`;
  if (settledBy === 'upload') return `${name}: have its request signed (sifaka pending csr ${id}), then sifaka pending upload ${id} --body <file>`;
  return `${name}: ${status ?? 'waiting for the authority'}`;
}

const endOf = ({ name, state, lastError, status }: PendingCertificateView): string =>
  state === 'cancelled' ? `the request for ${name} was cancelled` : `${name} was not issued: ${lastError ?? status ?? 'the authority gave no reason'}`;
