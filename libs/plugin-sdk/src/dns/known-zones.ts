import type { Clock } from '@sifaka/kernel';
import { noZone, zoneOf } from './txt-record.js';

export interface KnownZonesSettings<Zone extends { name: string }> {
  /** Asks the provider for all zones that it may change. */
  load(): Promise<readonly Zone[]>;
  /** As messages say it. */
  provider: string;
  clock: Clock;
}

/** An order of many names asks for the zones of each within seconds; a zone made since is found by asking again. */
const keptMs = 60_000;

/** The zones of a provider, asked for once for many names. */
export class KnownZones<Zone extends { name: string }> {
  private kept: { zones: Promise<readonly Zone[]>; at: number } | undefined;

  constructor(private readonly settings: KnownZonesSettings<Zone>) {}

  /** Asks the provider. */
  list(): Promise<readonly Zone[]> {
    const kept = { zones: this.settings.load(), at: this.settings.clock.now().getTime() };
    this.kept = kept;
    kept.zones.catch(() => {
      if (this.kept === kept) this.kept = undefined;
    });
    return kept.zones;
  }

  /**
   * The longest zone that the name lies in.
   *
   * @throws AppError `failed_precondition`, reason `dns.no_zone`, and what asking the provider ends in
   */
  async of(name: string): Promise<Zone> {
    const isKept = this.kept !== undefined && this.settings.clock.now().getTime() - this.kept.at < keptMs;
    const known = isKept ? find(name, (await this.kept?.zones) ?? []) : undefined;
    if (known !== undefined) return known;
    const zones = await this.list();
    const found = find(name, zones);
    if (found !== undefined) return found;
    throw noZone(name, zones.map((zone) => zone.name), this.settings.provider);
  }
}

function find<Zone extends { name: string }>(name: string, zones: readonly Zone[]): Zone | undefined {
  const base = zoneOf(name, zones.map((zone) => zone.name));
  return zones.find((zone) => zone.name === base);
}
