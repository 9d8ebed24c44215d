import { Coalescer } from '@sifaka/runtime';

/** Finds rows by key, in one statement for all who look at the same moment. What is found was read after it was asked for. */
export class Lookup<K, V> {
  private readonly questions: Coalescer<readonly K[], ReadonlyMap<K, V>>;

  constructor(read: (keys: K[]) => Promise<ReadonlyMap<K, V>>) {
    this.questions = new Coalescer(
      async (asked) => {
        const found = await read([...new Set(asked.flat())]);
        return asked.map(() => found);
      },
      { maxItems: 64, maxRuns: 2 },
    );
  }

  async find(keys: readonly K[]): Promise<ReadonlyMap<K, V>> {
    if (keys.length === 0) return new Map<K, V>();
    const found = await this.questions.add(keys);
    const own = new Map<K, V>();
    for (const key of keys) {
      const value = found.get(key);
      if (value !== undefined) own.set(key, value);
    }
    return own;
  }
}
