/**
 * Runs with a signal that is aborted when the time is over or `outer` is. The timer is held here: one of `AbortSignal.timeout` that only
 * `AbortSignal.any` knows may be collected before it fires (Node 20).
 */
export async function within<Result>(limitMs: number, outer: AbortSignal | undefined, run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const giveUp = (): void => controller.abort();
  const timer = setTimeout(giveUp, limitMs);
  if (outer?.aborted === true) giveUp();
  else outer?.addEventListener('abort', giveUp, { once: true });
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', giveUp);
  }
}
