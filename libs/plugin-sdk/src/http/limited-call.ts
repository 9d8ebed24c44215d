import { AppError } from '@sifaka/kernel';

export interface LimitedCall {
  readonly signal: AbortSignal;
  /** Why it was given up; undefined when it was not. */
  fault(): AppError | undefined;
  end(): void;
}

/**
 * One call's signal: the host's, and the time limit. Call `end` when it is over.
 *
 * A listener and a timer of its own: `AbortSignal.any` on a signal that lives long keeps every call, and Node 20 may collect an
 * `AbortSignal.timeout` that nothing but such a signal knows before it fires.
 */
export function limitedCall(signal: AbortSignal, name: string, timeoutMs: number): LimitedCall {
  const controller = new AbortController();
  let fault: AppError | undefined;
  const giveUp = (reason: AppError) => {
    fault = reason;
    controller.abort(reason);
  };
  const stop = () => giveUp(new AppError('unavailable', `the call to ${name} was given up because the service stops`));
  const timer = setTimeout(() => giveUp(new AppError('upstream_timeout', `${name} did not answer within ${timeoutMs / 1_000} s`)), timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return {
    signal: controller.signal,
    fault: () => fault,
    end: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    },
  };
}
