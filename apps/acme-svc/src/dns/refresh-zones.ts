import { Inject, Injectable } from '@nestjs/common';
import { AppError, toAppError, type Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import type { DnsProvider } from '@sifaka/plugin-sdk';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { plainZones } from './dns-name.js';
import { DnsPlugins } from './dns-plugins.js';
import { DnsProviderRepository, type DnsProviderRow } from './dns-provider.repository.js';
import { withinTime } from './time-limit.js';

/** More than the largest registrars keep in one account; a provider that lists more lists nonsense. */
const maxZones = 200_000;

/** Between two looks for the sake of a name that nobody serves. */
const staleMs = 60_000;

/** Keeps what is known of the zones of each provider. */
@Injectable()
export class RefreshZones {
  private lastLookAt = Number.NEGATIVE_INFINITY;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly providers: DnsProviderRepository,
    private readonly plugins: DnsPlugins,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One that fails does not stop the others: its error stands at the provider. */
  @Job('get-all-zones', { cron: '*/30 * * * *', timeLimitMs: 600_000 })
  async refreshAll(_payload: JobPayload, { signal }: Pick<JobContext, 'signal'>): Promise<void> {
    for (const provider of await this.providers.all()) {
      if (signal.aborted) return;
      await this.refresh(provider).catch((error: unknown) => this.logger.warn({ err: error, dnsProvider: provider.name }, 'the zones of a DNS provider could not be listed'));
    }
  }

  /**
   * For a name that no known zone holds: a zone that was made a minute ago is found by whoever needs it first.
   *
   * @returns false when the last look was just now
   */
  async refreshStale(): Promise<boolean> {
    if (this.looking === undefined) {
      const now = this.clock.now().getTime();
      if (now - this.lastLookAt < staleMs) return false;
      this.lastLookAt = now;
      this.looking = this.refreshAll({}, { signal: new AbortController().signal }).finally(() => (this.looking = undefined));
    }
    await this.looking;
    return true;
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

/** @throws AppError of the plugin */
export async function listZones(plugin: DnsProvider): Promise<string[]> {
  const zones = plainZones(await withinTime(plugin.zones(), 'listing the zones'));
  if (zones.length > maxZones) throw new AppError('upstream_failed', `${zones.length} zones were listed, at most ${maxZones} are expected`);
  return zones;
}
