import { AppError } from '@sifaka/kernel';
import { dnsName, KnownZones, quoteTxt, TxtSets, unquoteTxt, type DnsProvider, type DnsRecord, type PluginContext } from '@sifaka/plugin-sdk';
import type { PowerDnsApi, TxtRecordSet, Zone } from './power-dns-api.js';

/** Where neither the request nor the existing set says how long. */
const defaultTtlSeconds = 60;

/** The API replaces sets of records whole: `TxtSets` sees to it that values of others stay. */
export class PowerDnsProvider implements DnsProvider {
  private readonly known: KnownZones<Zone>;
  private readonly sets: TxtSets;
  /** What stood there in full, by the values that `read` gave of it: gone with them. */
  private readonly found = new WeakMap<readonly string[], TxtRecordSet>();

  constructor(
    private readonly api: PowerDnsApi,
    context: PluginContext,
  ) {
    this.known = new KnownZones({ load: () => api.zones(), provider: 'PowerDNS', clock: context.clock });
    this.sets = new TxtSets({
      provider: 'PowerDNS',
      signal: context.signal,
      store: {
        read: (name) => this.read(name),
        write: (name, values, before, ttlSeconds) => this.write(name, values, this.found.get(before), ttlSeconds),
      },
    });
  }

  async check(): Promise<void> {
    if ((await this.known.list()).length > 0) return;
    throw new AppError('failed_precondition', 'PowerDNS has no zone that may be changed here: create one, or give the server that is the primary of your zones', { reason: 'dns.no_zone' });
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
    const set = await this.api.recordSet(await this.known.of(name), name);
    const values = set.records.filter(({ disabled }) => !disabled).map(({ content }) => unquoteTxt(content));
    this.found.set(values, set);
    return values;
  }

  /** What others put there stays as they wrote it, what they disabled stays disabled. */
  private async write(name: string, values: readonly string[], found: TxtRecordSet | undefined, ttlSeconds: number | null): Promise<void> {
    const { records, ttlSeconds: before } = found ?? { records: [], ttlSeconds: null };
    const kept = records.filter(({ content, disabled }) => disabled || values.includes(unquoteTxt(content)));
    const present = new Set(kept.filter(({ disabled }) => !disabled).map(({ content }) => unquoteTxt(content)));
    // A disabled record with the same text counts as the same record: enabling it is adding the value.
    const added = values.filter((value) => !present.has(value));
    const others = kept.filter(({ content, disabled }) => !disabled || !added.includes(unquoteTxt(content)));
    await this.api.replace(await this.known.of(name), name, [...others, ...added.map((value) => ({ content: quoteTxt(value), disabled: false }))], before ?? ttlSeconds ?? defaultTtlSeconds);
  }
}
