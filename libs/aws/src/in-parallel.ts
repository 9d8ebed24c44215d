/**
 * What `work` makes of each item, in the order of the items, with so many under way at once. Nothing more is begun after a fault, or after
 * whoever listens has gone.
 */
export async function* inParallel<Item, Result>(items: Iterable<Item> | AsyncIterable<Item>, limit: number, work: (item: Item) => Promise<Result>): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = [];
  try {
    for await (const item of items) {
      const begun = work(item);
      // It is waited for later; until then nobody listens.
      begun.catch(() => undefined);
      underWay.push(begun);
      if (underWay.length >= limit) yield await next(underWay);
    }
    while (underWay.length > 0) yield await next(underWay);
  } finally {
    await Promise.allSettled(underWay);
  }
}

async function next<Result>(underWay: Promise<Result>[]): Promise<Result> {
  const first = underWay.shift();
  if (first === undefined) throw new Error('nothing is under way');
  return first;
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
