import { AppError } from '@sifaka/kernel';

/** How one provider reads and replaces all TXT values of a name. */
export interface TxtSetStore {
  read(name: string): Promise<readonly string[]>;
  /** Never called with the values that `read` said, which are the very array `before`; with an empty list the record set goes. `ttlSeconds` is null when values only went. */
  write(name: string, values: readonly string[], before: readonly string[], ttlSeconds: number | null): Promise<void>;
  /** Around one reading and writing, where a far side bears one writer at a time. */
  turn?(work: () => Promise<number | null>): Promise<number | null>;
}

export interface TxtSetsSettings {
  store: TxtSetStore;
  /** As messages say it. */
  provider: string;
  /** Fires when the host stops. */
  signal: AbortSignal;
  /** How long after a write other writers may still put down what they read before it, at the least; a slow far side makes it longer. */
  settleMs?: number;
}

interface Change {
  value: string;
  isWanted: boolean;
  ttlSeconds: number;
  done: () => void;
  failed: (error: unknown) => void;
}

/** Each round loses at most to writers that began before it; more rounds than that mean somebody writes without looking. */
const maxRounds = 12;

/** How much longer than ours another writer's reading and writing may take. */
const slowness = 4;
const maxSettleMs = 5_000;

/**
 * Single values in sets that an API can only replace whole. Changes of one name wait for each other here and are written together. Other
 * processes write too, so each write is read back after a pause in which they have put down what they read before; what they overwrote is
 * written again.
 */
export class TxtSets {
  private readonly waiting = new Map<string, Change[]>();

  constructor(private readonly settings: TxtSetsSettings) {}

  add(name: string, value: string, ttlSeconds: number): Promise<void> {
    return this.enqueue(name, { value, isWanted: true, ttlSeconds });
  }

  remove(name: string, value: string): Promise<void> {
    return this.enqueue(name, { value, isWanted: false, ttlSeconds: 0 });
  }

  private enqueue(name: string, change: Omit<Change, 'done' | 'failed'>): Promise<void> {
    return new Promise((done, failed) => {
      const queue = this.waiting.get(name);
      if (queue !== undefined) return void queue.push({ ...change, done, failed });
      this.waiting.set(name, [{ ...change, done, failed }]);
      void this.drain(name);
    });
  }

  private async drain(name: string): Promise<void> {
    for (let batch = this.take(name); batch.length > 0; batch = this.take(name)) {
      try {
        await this.settle(name, batch);
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.waiting.delete(name);
  }

  private take(name: string): Change[] {
    return this.waiting.get(name)?.splice(0) ?? [];
  }

  private async settle(name: string, batch: readonly Change[]): Promise<void> {
    const { store, provider, signal, settleMs = 150 } = this.settings;
    const work = () => this.readAndWrite(name, batch);
    for (let round = 0; round < maxRounds; round++) {
      const tookMs = await (store.turn?.(work) ?? work());
      if (tookMs === null) return;
      // What takes us this long takes the others about as long. Writers that met once must not meet again at the next round.
      const settledMs = Math.max(settleMs, Math.min(maxSettleMs, slowness * tookMs));
      await pause(settledMs * (1 + Math.random() * Math.min(round, 4)), signal, provider);
    }
    throw new AppError('conflict', `other writers kept overwriting the TXT records of "${name}" at ${provider}, ${maxRounds} times in a row`);
  }

  /** How long it took, in milliseconds; null when there was nothing to write. */
  private async readAndWrite(name: string, batch: readonly Change[]): Promise<number | null> {
    const startedAt = performance.now();
    const before = await this.settings.store.read(name);
    const after = applied(before, batch);
    if (isSameSet(before, after)) return null;
    await this.settings.store.write(name, after, before, ttlOf(batch));
    return performance.now() - startedAt;
  }
}

function applied(before: readonly string[], batch: readonly Change[]): string[] {
  const values = new Set(before);
  for (const { value, isWanted } of batch) {
    if (isWanted) values.add(value);
    else values.delete(value);
  }
  return [...values];
}

const isSameSet = (one: readonly string[], other: readonly string[]): boolean => new Set(one).size === other.length && other.every((value) => one.includes(value));

/** A removal alone keeps what the store has: null. */
function ttlOf(batch: readonly Change[]): number | null {
  const wanted = batch.filter(({ isWanted }) => isWanted).map(({ ttlSeconds }) => ttlSeconds);
  return wanted.length === 0 ? null : Math.min(...wanted);
}

function pause(ms: number, signal: AbortSignal, provider: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new AppError('unavailable', `the change at ${provider} was given up because the service stops`));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
