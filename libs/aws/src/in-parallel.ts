/**
 * What `work` makes of each item, as it is done, with so many under way at once: one that waits holds up nobody. Nothing more is begun after a
 * fault, or after whoever listens has gone.
 */
export async function* inParallel<Item, Result>(items: Iterable<Item> | AsyncIterable<Item>, limit: number, work: (item: Item) => Promise<Result>): AsyncGenerator<Result> {
  const underWay = new Set<Promise<Done<Result>>>();
  try {
    for await (const item of items) {
      const begun: Promise<Done<Result>> = work(item).then((result) => ({ begun, result }));
      // It is waited for later; until then nobody listens.
      begun.catch(() => undefined);
      underWay.add(begun);
      if (underWay.size >= limit) yield await next(underWay);
    }
    while (underWay.size > 0) yield await next(underWay);
  } finally {
    await Promise.allSettled(underWay);
  }
}

interface Done<Result> {
  begun: Promise<Done<Result>>;
  result: Result;
}

async function next<Result>(underWay: Set<Promise<Done<Result>>>): Promise<Result> {
  const { begun, result } = await Promise.race(underWay);
  underWay.delete(begun);
  return result;
}

/** Several streams as one, as their parts come, with so many of them open at once. */
export async function* merged<Part>(streams: readonly AsyncIterable<Part>[], limit: number): AsyncGenerator<Part> {
  const waiting = [...streams];
  const begun = new Set<AsyncIterator<Part>>();
  const open = new Map<AsyncIterator<Part>, Promise<{ from: AsyncIterator<Part>; result: IteratorResult<Part> }>>();
  const advance = (from: AsyncIterator<Part>): void => {
    const step = from.next().then((result) => ({ from, result }));
    step.catch(() => undefined);
    open.set(from, step);
  };
  const fill = (): void => {
    while (open.size < limit) {
      const stream = waiting.shift();
      if (stream === undefined) return;
      const iterator = stream[Symbol.asyncIterator]();
      begun.add(iterator);
      advance(iterator);
    }
  };
  try {
    fill();
    while (open.size > 0) {
      const { from, result } = await Promise.race(open.values());
      open.delete(from);
      if (result.done === true) {
        begun.delete(from);
        fill();
        continue;
      }
      yield result.value;
      advance(from);
    }
  } finally {
    await Promise.allSettled([...begun].map(async (each) => each.return?.()));
  }
}
