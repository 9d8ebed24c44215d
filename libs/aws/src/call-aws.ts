import { AppError } from '@sifaka/kernel';
import { awsFault } from './aws-fault.js';

/**
 * One call of an SDK client, given up when the signal says so.
 *
 * @param what is done, for messages: "list the hosted zones"
 * @throws AppError as `awsFault`; `unavailable` when it was given up
 */
export async function callAws<Answer>(what: string, signal: AbortSignal, send: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
  const stopped = () => new AppError('unavailable', 'the call to AWS was given up because somebody said stop');
  if (signal.aborted) throw stopped();
  // One of its own: the signal of a service lives for months, and the SDK is slow to stop listening.
  const own = new AbortController();
  let stop: (() => void) | undefined;
  // The session asks for credentials on its own, out of reach of the signal.
  const end = new Promise<never>((_resolve, reject) => {
    stop = () => {
      own.abort();
      reject(stopped());
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([end, send(own.signal)]);
  } catch (error) {
    throw awsFault(what, error);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}

/** True for a fault of `callAws` with one of the names that AWS gives to its errors. */
export const isAwsFault = (error: unknown, ...names: readonly string[]): error is AppError => error instanceof AppError && names.some((name) => error.reason === `aws.${name}`);
