import { AppError, isAppError } from '@sifaka/kernel';
import type { PluginContext } from '../context.js';
import type { DnsProvider, DnsRecord } from '../kinds/outbound.js';
import { KnownZones } from './known-zones.js';
import { dnsName } from './txt-record.js';
import { TxtSets } from './txt-sets.js';

/** A set of TXT records as its API has it, with what it needs to be written back. */
export interface TxtSet {
  values: readonly string[];
  ttlSeconds: number;
}

export interface TxtSetChange<Stored extends TxtSet> {
  /** As it was read just before; null when there was none. */
  before: Stored | null;
  /** None: the set goes. */
  values: readonly string[];
  /** What the set has already, else what was asked for. */
  ttlSeconds: number;
}

/** An API that reads and replaces all TXT values of a name, in zones that it knows by an id of its own. */
export interface TxtSetApi<Zone extends { id: string; name: string }, Stored extends TxtSet> {
  /** Zones that may be changed; names as `dnsName` makes them. */
  zones(): Promise<readonly Zone[]>;
  read(zone: Zone, name: string): Promise<Stored | null>;
  /** @throws AppError `conflict` when somebody else was faster: the set is read again */
  write(zone: Zone, name: string, change: TxtSetChange<Stored>): Promise<void>;
  close?(): Promise<void>;
}

export interface TxtSetProviderSettings<Zone extends { id: string; name: string }, Stored extends TxtSet> {
  api: TxtSetApi<Zone, Stored>;
  /** As messages say it. */
  provider: string;
  /** What to do when there is no zone, after "… has no zone that may be changed: ". */
  advice: string;
  context: Pick<PluginContext, 'clock' | 'signal'>;
  /** As in `TxtSets`; 0 where the API itself refuses to write over what was not read. */
  settleMs?: number;
}

/** Where neither the request nor the existing set says how long. */
const defaultTtlSeconds = 60;

/**
 * Single TXT values through an API that replaces record sets whole. Zones of one name all get the record: which of them is served, the
 * delegation above decides, and no API tells.
 */
export class TxtSetProvider<Zone extends { id: string; name: string }, Stored extends TxtSet> implements DnsProvider {
  private readonly known: KnownZones<{ name: string; zones: Zone[] }>;
  private readonly setsOfZones = new Map<string, TxtSets>();

  constructor(private readonly settings: TxtSetProviderSettings<Zone, Stored>) {
    const { api, provider, context } = settings;
    this.known = new KnownZones({ load: async () => byName(await api.zones()), provider, clock: context.clock });
  }

  async check(): Promise<void> {
    if ((await this.known.list()).length > 0) return;
    throw new AppError('failed_precondition', `${this.settings.provider} has no zone that may be changed: ${this.settings.advice}`, { reason: 'dns.no_zone' });
  }

  async zones(): Promise<string[]> {
    return (await this.known.list()).map(({ name }) => name);
  }

  async addTxt({ name, value, ttlSeconds }: DnsRecord): Promise<void> {
    await this.inEveryZone(name, (sets) => sets.add(dnsName(name), value, ttlSeconds));
  }

  async removeTxt({ name, value }: DnsRecord): Promise<void> {
    await this.inEveryZone(name, (sets) => sets.remove(dnsName(name), value));
  }

  async close(): Promise<void> {
    await this.settings.api.close?.();
  }

  /** All of them are tried before the first fault is told. */
  private async inEveryZone(name: string, change: (sets: TxtSets) => Promise<void>): Promise<void> {
    const { zones } = await this.known.of(name);
    const outcomes = await Promise.allSettled(zones.map((zone) => change(this.setsOf(zone))));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  private setsOf(zone: Zone): TxtSets {
    const found = this.setsOfZones.get(zone.id);
    if (found !== undefined) return found;
    const { provider, context, settleMs } = this.settings;
    const sets = new TxtSets({ provider, signal: context.signal, store: this.storeOf(zone), ...(settleMs !== undefined && { settleMs }) });
    this.setsOfZones.set(zone.id, sets);
    return sets;
  }

  private storeOf(zone: Zone) {
    const { api } = this.settings;
    const lastRead = new Map<string, Stored | null>();
    return {
      read: async (name: string) => {
        const set = await api.read(zone, name);
        lastRead.set(name, set);
        return set?.values ?? [];
      },
      write: async (name: string, values: readonly string[], _before: readonly string[], asked: number | null) => {
        const before = lastRead.get(name) ?? null;
        lastRead.delete(name);
        await api.write(zone, name, { before, values, ttlSeconds: before?.ttlSeconds ?? asked ?? defaultTtlSeconds }).catch(ignoreConflict);
      },
    };
  }
}

function byName<Zone extends { name: string }>(all: readonly Zone[]): { name: string; zones: Zone[] }[] {
  const names = new Map<string, Zone[]>();
  for (const zone of all) names.set(zone.name, [...(names.get(zone.name) ?? []), zone]);
  return Array.from(names, ([name, zones]) => ({ name, zones }));
}

/** Who was faster is met in the next round. */
function ignoreConflict(error: unknown): void {
  if (!isAppError(error) || error.code !== 'conflict') throw error;
}
