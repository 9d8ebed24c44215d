import { Inject, Injectable } from '@nestjs/common';
import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import { AppError, toAppError, type Clock } from '@sifaka/kernel';
import { Task, type JobContext } from '@sifaka/messaging';
import { measure, type Logger } from '@sifaka/observability';
import type { DnsProvider } from '@sifaka/plugin-sdk';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { plainZones } from './dns-name.js';
import { DnsPlugins } from './dns-plugins.js';
import { DnsProviderRepository, type DnsProviderRow } from './dns-provider.repository.js';
import { withinTime } from './time-limit.js';

/** More than the largest registrars keep in one account; a provider that lists more lists nonsense. */
const maxZones = 200_000;

/** Between the end of a look for the sake of a name that nobody serves and the next one. */
const staleMs = 60_000;

/** A name that a whole look did not find: names that are proved by HTTP are in no zone, each time they are ordered. */
const absentMs = 300_000;
const mostAbsent = 10_000;

/** What an order waits for a look; that goes on in the background, and what it finds is there at the next step. */
const patienceMs = 3_000;

/** Providers whose zones are listed at the same time. */
const atOnce = 16;

interface Look {
  startedAt: number;
  done: Promise<void>;
}

/** Keeps what is known of the zones of each provider. */
@Injectable()
export class RefreshZones {
  private lastLookEndedAt = Number.NEGATIVE_INFINITY;
  private look: Look | undefined;
  /** Until when nobody looks for a name. */
  private readonly absent = new Map<string, number>();

  constructor(
    private readonly providers: DnsProviderRepository,
    private readonly plugins: DnsPlugins,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One that fails does not stop the others: its error stands at the provider. */
  @Task('get_all_zones')
  async refreshAll(_args: TaskArguments, { signal }: JobContext): Promise<TaskReport> {
    const waiting = await this.providers.all();
    const count = { providers: waiting.length, refreshed: 0, failed: 0 };
    const work = async () => {
      for (let provider = waiting.shift(); provider !== undefined && !signal.aborted; provider = waiting.shift()) {
        count[(await this.tryRefresh(provider)) ? 'refreshed' : 'failed'] += 1;
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, waiting.length) }, work));
    measure.count('get_all_zones', { status: count.failed === 0 ? 'success' : 'failure' });
    return count;
  }

  /**
   * For a name that no known zone holds: a zone that was made a minute ago is found by whoever needs it first. Waits no longer than three
   * seconds, however many providers hang.
   *
   * @returns whether something new may be known
   */
  async lookFor(recordName: string): Promise<boolean> {
    const now = this.clock.now().getTime();
    if ((this.absent.get(recordName) ?? 0) > now) return false;
    if (this.look === undefined && now - this.lastLookEndedAt < staleMs) return false;
    const look = (this.look ??= this.begin(now));
    const leftMs = look.startedAt + patienceMs - now;
    if (leftMs <= 0) return true;
    if (await isDoneWithin(look.done, leftMs)) this.remember(recordName, now);
    return true;
  }

  private begin(startedAt: number): Look {
    const done = this.refreshAll({}, { signal: new AbortController().signal })
      .then(() => undefined)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'the zones of the DNS providers could not be refreshed'))
      .finally(() => {
        this.look = undefined;
        this.lastLookEndedAt = this.clock.now().getTime();
      });
    return { startedAt, done };
  }

  private remember(recordName: string, now: number): void {
    this.absent.delete(recordName);
    this.absent.set(recordName, now + absentMs);
    const [oldest] = this.absent.keys();
    if (this.absent.size > mostAbsent && oldest !== undefined) this.absent.delete(oldest);
  }

  /** False when it failed. */
  private async tryRefresh(provider: DnsProviderRow): Promise<boolean> {
    try {
      await this.refresh(provider);
      return true;
    } catch (error) {
      this.logger.warn({ err: error, dnsProvider: provider.name }, 'the zones of a DNS provider could not be listed');
      return false;
    }
  }

  /** @throws AppError of the plugin, after writing it down at the provider */
  async refresh(provider: DnsProviderRow): Promise<void> {
    try {
      await this.providers.setZones(provider.id, await listZones(await this.plugins.of(provider)));
    } catch (error) {
      await this.providers.setError(provider.id, toAppError(error).message);
      throw error;
    }
  }
}

/** True when the work ended first. */
async function isDoneWithin(work: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), limitMs)));
  try {
    return await Promise.race([work.then(() => true), limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws AppError of the plugin */
export async function listZones(plugin: DnsProvider): Promise<string[]> {
  const zones = plainZones(await withinTime(plugin.zones(), 'listing the zones'));
  if (zones.length > maxZones) throw new AppError('upstream_failed', `${zones.length} zones were listed, at most ${maxZones} are expected`);
  return zones;
}
