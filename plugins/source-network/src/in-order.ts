export interface InOrderOptions {
  from: number;
  to: number;
  concurrency: number;
  /** How far the work may be ahead of what was handed over: results that wait for a slow one before them are kept. */
  window: number;
}

/**
 * Does the work of every number, several at a time, and hands over the results in the order of the numbers. Who stops listening stops the
 * work: nothing new is begun. The work must not throw.
 */
export async function* inOrder<T>(work: (index: number) => Promise<T>, { from, to, concurrency, window }: InOrderOptions): AsyncGenerator<T> {
  const done = new Map<number, { value: T } | { error: unknown }>();
  let next = from;
  let active = 0;
  let wake: (() => void) | null = null;
  const begin = (index: number) => {
    active += 1;
    work(index)
      .then(
        (value) => done.set(index, { value }),
        (error: unknown) => done.set(index, { error }),
      )
      .finally(() => {
        active -= 1;
        wake?.();
      });
  };
  for (let head = from; head < to; head += 1) {
    for (;;) {
      for (; next < to && active < concurrency && next - head < window; next += 1) begin(next);
      if (done.has(head)) break;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const result = done.get(head);
    done.delete(head);
    if (result === undefined) continue;
    if ('error' in result) throw result.error;
    yield result.value;
  }
}
