import { AppError, isAppError } from '@sifaka/kernel';
import { pluginLimitMs } from '../token/within-time.js';
import { leaseLost } from './deployment-turns.repository.js';

/** For a plugin that was told to stop to come to its end; requests that do not listen have limits of their own. */
const endMs = 20_000;

const stopped = 'deployment.stopped';

/**
 * Has work done that is told to stop when its time is over, or when somebody else may have the destination by now. It has then ended, as far as
 * it listens: what is done next is not done beside it.
 *
 * @param signal of the lease, and of the service
 * @throws AppError `upstream_timeout` when it takes too long; `unavailable`, known by `wasStopped`, when it was not allowed to go on
 */
export async function untilStopped<T>(signal: AbortSignal, what: string, work: (signal: AbortSignal) => Promise<T>, limits = { workMs: pluginLimitMs, endMs }): Promise<T> {
  const controller = new AbortController();
  let fault: AppError | undefined;
  let tell: () => void = () => undefined;
  const told = new Promise<void>((resolve) => (tell = resolve));
  const stop = (why: AppError) => {
    fault ??= why;
    controller.abort(fault);
    tell();
  };
  const cutOff = () => stop(new AppError('unavailable', `${what} was stopped`, { reason: stopped }));
  const timer = setTimeout(() => stop(new AppError('upstream_timeout', `${what} took longer than ${limits.workMs / 1_000} s`, { reason: 'destination.timeout' })), limits.workMs);
  signal.addEventListener('abort', cutOff, { once: true });
  if (signal.aborted) cutOff();
  try {
    unlessStopped(signal, what);
    const working = work(controller.signal);
    const ended = await Promise.race([working.then(() => true, () => true), told]);
    if (ended !== true) await unlessTooLong(working, limits.endMs);
    if (fault === undefined) return await working;
    throw fault;
  } catch (error) {
    throw fault ?? error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cutOff);
  }
}

/** What was seen after that says nothing. @throws AppError known by `wasStopped` */
export function unlessStopped(signal: AbortSignal, what: string): void {
  if (signal.aborted) throw new AppError('unavailable', `${what} was stopped`, { reason: stopped });
}

/** Whoever may not go on writes nothing down: the next one finds what was begun, and begins there. */
export const wasStopped = (error: unknown): error is AppError => isAppError(error) && (error.reason === stopped || error.reason === leaseLost);

async function unlessTooLong(working: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([working.catch(() => undefined), new Promise((resolve) => (timer = setTimeout(resolve, limitMs)))]);
  clearTimeout(timer);
}
