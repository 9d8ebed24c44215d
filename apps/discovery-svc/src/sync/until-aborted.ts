/**
 * The outcome of work, or the signal's reason as soon as it aborts; the work may go on unheard.
 *
 * Nothing of it stays with the signal: a race against one long-lived promise would keep every outcome until that promise ends.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(abortReason(signal));
    const forget = () => signal.removeEventListener('abort', stop);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(forget);
  });
}

export const abortReason = (signal: AbortSignal): Error => (signal.reason instanceof Error ? signal.reason : new Error('aborted'));
