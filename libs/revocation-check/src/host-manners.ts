import type { Clock } from '@sifaka/kernel';
import { failedFor, type Obstacle } from './answer.js';

interface Visited {
  readonly kind: string;
  readonly isAnswered?: boolean;
}

/** How often others are asked. */
export interface Manners {
  /** Asks when it is the turn of this visit; an obstacle instead for a host that is not to be asked now. */
  visit<Answer extends Visited>(host: string, ask: () => Promise<Answer>): Promise<Answer | Obstacle>;
  /** What asking for this led to before, where it is not to be asked for again. */
  recall(subject: string): Obstacle | null;
  remember(subject: string, obstacle: Obstacle): void;
}

/** For one question that somebody waits for: it is asked, whatever came of it before. */
export const noManners: Manners = { visit: (_host, ask) => ask(), recall: () => null, remember: () => undefined };

/** Hosts and lists of one run that are known by name; of more than these, each is met as if for the first time. */
const remembered = 10_000;

interface Host {
  active: number;
  readonly waiting: (() => void)[];
  failures: number;
  restsUntil: number;
}

/** For one run with many questions: few at a time to each host, none for a while to one that cannot be reached, and each useless list once. */
export class HostManners implements Manners {
  private readonly hosts = new Map<string, Host>();
  private readonly lost = new Map<string, Obstacle>();

  constructor(
    private readonly clock: Clock,
    private readonly terms: { readonly atOnce: number; readonly failures: number; readonly restMs: number } = { atOnce: 4, failures: 3, restMs: 300_000 },
  ) {}

  async visit<Answer extends Visited>(name: string, ask: () => Promise<Answer>): Promise<Answer | Obstacle> {
    const host = this.hostOf(name);
    if (host.active >= this.terms.atOnce) await new Promise<void>((resolve) => host.waiting.push(resolve));
    else host.active++;
    try {
      if (this.rests(host)) return failedFor(`${name} was not asked: it failed ${this.terms.failures} times in a row just before`);
      const answer = await ask();
      this.note(host, answer.kind === 'failed' && answer.isAnswered !== true);
      return answer;
    } finally {
      // The place goes to whoever waits longest.
      const next = host.waiting.shift();
      if (next === undefined) host.active--;
      else next();
    }
  }

  recall(subject: string): Obstacle | null {
    return this.lost.get(subject) ?? null;
  }

  remember(subject: string, obstacle: Obstacle): void {
    if (this.lost.size < remembered) this.lost.set(subject, obstacle);
  }

  private note(host: Host, hasFailed: boolean): void {
    host.failures = hasFailed ? host.failures + 1 : 0;
    if (host.failures < this.terms.failures) return;
    host.failures = 0;
    host.restsUntil = this.clock.now().getTime() + this.terms.restMs;
  }

  /** A clock that was set back lets nobody rest for ever. */
  private rests({ restsUntil }: Host): boolean {
    const now = this.clock.now().getTime();
    return now < restsUntil && now > restsUntil - 2 * this.terms.restMs;
  }

  private hostOf(name: string): Host {
    const known = this.hosts.get(name);
    if (known) return known;
    const made: Host = { active: 0, waiting: [], failures: 0, restsUntil: 0 };
    if (this.hosts.size >= remembered) for (const [idle, { active }] of this.hosts) if (active === 0) this.hosts.delete(idle);
    this.hosts.set(name, made);
    return made;
  }
}
