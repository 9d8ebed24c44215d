import { AppError, isAppError } from '@sifaka/kernel';
import { dnsName, KnownZones, TxtSets, type DnsProvider, type DnsRecord, type PluginContext } from '@sifaka/plugin-sdk';
import type { Answer, NsoneApi, TxtRecord } from './nsone-api.js';

/** Where the request does not say how long. */
const defaultTtlSeconds = 60;

/** All values of a name are answers of one record there, and written whole: `TxtSets` sees to it that values of others stay. */
export class NsoneProvider implements DnsProvider {
  private readonly known: KnownZones<{ name: string }>;
  private readonly sets: TxtSets;
  /** What stood there in full, by the values that `read` gave of it: gone with them. */
  private readonly found = new WeakMap<readonly string[], TxtRecord>();

  constructor(
    private readonly api: NsoneApi,
    context: PluginContext,
  ) {
    this.known = new KnownZones({ load: () => api.zones(), provider: 'NS1', clock: context.clock });
    this.sets = new TxtSets({
      provider: 'NS1',
      signal: context.signal,
      store: { read: (name) => this.read(name), write: (name, values, before, ttlSeconds) => this.write(name, values, this.found.get(before) ?? null, ttlSeconds ?? defaultTtlSeconds) },
    });
  }

  async check(): Promise<void> {
    if ((await this.known.list()).length > 0) return;
    throw new AppError('failed_precondition', 'the key sees no primary zone at NS1: let it view the zones of your names, or set all_zones when their outgoing transfers are off', { reason: 'dns.no_zone' });
  }

  async zones(): Promise<string[]> {
    return [...new Set((await this.known.list()).map(({ name }) => name))];
  }

  addTxt({ name, value, ttlSeconds }: DnsRecord): Promise<void> {
    return this.sets.add(dnsName(name), value, ttlSeconds);
  }

  removeTxt({ name, value }: DnsRecord): Promise<void> {
    return this.sets.remove(dnsName(name), value);
  }

  private async read(name: string): Promise<string[]> {
    const record = await this.api.record((await this.known.of(name)).name, name);
    if (record === null) return [];
    const values = record.answers.map(textOf);
    this.found.set(values, record);
    return values;
  }

  private async write(name: string, values: readonly string[], before: TxtRecord | null, ttlSeconds: number): Promise<void> {
    const zone = (await this.known.of(name)).name;
    if (values.length === 0) return this.api.remove(zone, name);
    const kept = (before?.answers ?? []).filter((answer) => values.includes(textOf(answer)));
    const present = new Set(kept.map(textOf));
    const answers = [...kept, ...values.filter((value) => !present.has(value)).map((value) => ({ answer: [value] }))];
    // Another writer who made or removed the record meanwhile is met again in the next round.
    if (before !== null) await this.api.update(zone, name, answers);
    else await this.api.create(zone, name, { answers, ttlSeconds }).catch(ignoreConflict);
  }
}

const textOf = ({ answer }: Answer): string => answer.join('');

function ignoreConflict(error: unknown): void {
  if (!isAppError(error) || error.code !== 'conflict') throw error;
}
