import { failedFor, type Obstacle } from './answer.js';

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

/** As `within`, but what is waited for `apart` does not count. */
export async function withinOwnTime<Result>(limitMs: number, run: (signal: AbortSignal, apart: <Waited>(wait: () => Promise<Waited>) => Promise<Waited>) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  let leftMs = limitMs;
  let since = 0;
  const start = (): NodeJS.Timeout => {
    since = performance.now();
    return setTimeout(() => controller.abort(), leftMs);
  };
  let timer = start();
  try {
    return await run(controller.signal, async (wait) => {
      clearTimeout(timer);
      leftMs -= performance.now() - since;
      try {
        return await wait();
      } finally {
        timer = start();
      }
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for what others may wait for too, until the signal says to give up: it goes on without. */
export function orGiveUp<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result | Obstacle> {
  if (signal.aborted) return Promise.resolve(late);
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(late);
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

const late = failedFor('no complete answer within the time limit');
