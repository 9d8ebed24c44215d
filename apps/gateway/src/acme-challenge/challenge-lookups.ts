import type { Clock } from '@sifaka/kernel';

export type Lookup = { kind: 'found'; keyAuthorization: string } | { kind: 'none' } | { kind: 'busy' };

interface Known {
  readonly lookup: Lookup;
  readonly until: number;
}

/** A CA looks from several places in the same second. Short, because an order that ended must not be answered for. */
const foundMs = 2_000;
/** Short as well: a CA may use a token again when it is asked for a new order right after a failed one. */
const missingMs = 2_000;
const mostKnown = 10_000;

/** Lookups at the same time, of everybody. */
const mostAtOnce = 40;
/** Of those who asked for so many tokens in vain that they cannot be a CA, together. */
const mostOfStrangers = 2;
const toleratedMisses = 20;
const missWindowMs = 10_000;
const mostSources = 10_000;

/**
 * Looks up tokens of HTTP-01 challenges for anybody on the internet, without letting anybody use it to load the bus.
 *
 * Answers are remembered for two seconds, equal questions share one lookup, and who keeps asking for tokens that do not exist is left
 * two lookups at a time for all of his kind: a CA is never in that lane, because it asks for tokens that are there.
 */
export class ChallengeLookups {
  private readonly known = new Map<string, Known>();
  private readonly running = new Map<string, Promise<Lookup>>();
  private readonly misses = new Map<string, { count: number; until: number }>();
  private strangers = 0;

  /** @param find null for a token that nobody waits for */
  constructor(
    private readonly find: (token: string) => Promise<string | null>,
    private readonly clock: Clock,
  ) {}

  /** @param source address of the client @throws what `find` throws */
  async of(token: string, source: string): Promise<Lookup> {
    const now = this.clock.now().getTime();
    const known = this.known.get(token);
    if (known !== undefined && known.until > now) return known.lookup;
    const running = this.running.get(token);
    if (running !== undefined) return running;

    const isStranger = this.isStranger(source, now);
    if (this.running.size >= mostAtOnce || (isStranger && this.strangers >= mostOfStrangers)) return { kind: 'busy' };
    if (isStranger) this.strangers += 1;
    const asked = this.ask(token, source);
    this.running.set(token, asked);
    try {
      return await asked;
    } finally {
      this.running.delete(token);
      if (isStranger) this.strangers -= 1;
    }
  }

  private async ask(token: string, source: string): Promise<Lookup> {
    const keyAuthorization = await this.find(token);
    const now = this.clock.now().getTime();
    const lookup: Lookup = keyAuthorization === null ? { kind: 'none' } : { kind: 'found', keyAuthorization };
    if (lookup.kind === 'none') this.noteMiss(source, now);
    put(this.known, token, { lookup, until: now + (lookup.kind === 'found' ? foundMs : missingMs) }, mostKnown);
    return lookup;
  }

  private isStranger(source: string, now: number): boolean {
    const misses = this.misses.get(source);
    return misses !== undefined && misses.until > now && misses.count >= toleratedMisses;
  }

  private noteMiss(source: string, now: number): void {
    const before = this.misses.get(source);
    const isOver = before === undefined || before.until <= now;
    put(this.misses, source, isOver ? { count: 1, until: now + missWindowMs } : { ...before, count: before.count + 1 }, mostSources);
  }
}

/** Puts an entry last, and drops the oldest when there are too many. */
function put<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
