import { AppError } from '@sifaka/kernel';
import { dnsName, KnownZones, quoteTxt, unquoteTxt, type DnsProvider, type DnsRecord, type PluginContext } from '@sifaka/plugin-sdk';
import type { CloudflareApi, Zone } from './cloudflare-api.js';

/** The least that every plan takes; 1 would mean "automatic". */
const minTtlSeconds = 60;

/** Every value is a record of its own there, so nothing is read and written back. */
export class CloudflareProvider implements DnsProvider {
  private readonly known: KnownZones<Zone>;

  constructor(
    private readonly api: CloudflareApi,
    context: PluginContext,
  ) {
    this.known = new KnownZones({ load: () => api.zones(), provider: 'Cloudflare', clock: context.clock });
  }

  async check(): Promise<void> {
    if ((await this.known.list()).length > 0) return;
    throw new AppError('failed_precondition', 'the credentials see no active zone at Cloudflare: the token needs Zone:Read and DNS:Edit for the zones of your names', { reason: 'dns.no_zone' });
  }

  async zones(): Promise<string[]> {
    return [...new Set((await this.known.list()).map(({ name }) => name))];
  }

  async addTxt({ name, value, ttlSeconds }: DnsRecord): Promise<void> {
    await this.api.create(await this.known.of(name), { name: dnsName(name), content: quoteTxt(value), ttl: Math.max(minTtlSeconds, ttlSeconds) });
  }

  async removeTxt({ name, value }: DnsRecord): Promise<void> {
    const zone = await this.known.of(name);
    const records = await this.api.txtRecords(zone, dnsName(name));
    // Records that somebody entered without quotes come back without.
    for (const record of records.filter(({ content }) => content === value || unquoteTxt(content) === value)) await this.api.remove(zone, record);
  }
}
