import { AppError } from '@sifaka/kernel';
import { dnsName, requireZoneOf, zoneOf, type DnsProvider, type DnsRecord } from '@sifaka/plugin-sdk';
import { encodeTxt, flags, recordClasses, recordTypes, type ResourceRecord } from './dns-message.js';
import type { DnsServer } from './dns-server.js';
import type { Rfc2136Options } from './options.js';

const codes = { nameError: 3, refused: 5, notAuthoritative: 9 } as const;

/** Adds and deletes single records: the server keeps the others, so nothing is read and written back. */
export class Rfc2136Provider implements DnsProvider {
  private readonly configured: readonly string[];

  constructor(
    { zone }: Rfc2136Options,
    private readonly server: DnsServer,
  ) {
    this.configured = [...new Set((zone ?? '').split(/[\s,]+/).map(dnsName).filter((each) => each !== ''))];
  }

  /** Deletes a record that never was: the server then looks at key, clock, zone and rights, and changes nothing. */
  async check(): Promise<void> {
    for (const zone of this.configured) await this.change(zone, deletion(`_acme-challenge.${zone}`, 'sifaka connection check'));
    if (this.configured.length === 0) await this.findZone('sifaka-connection-check.invalid');
  }

  /** What is configured: the protocol has no question for all zones. */
  async zones(): Promise<string[]> {
    return [...this.configured];
  }

  async addTxt({ name, value, ttlSeconds }: DnsRecord): Promise<void> {
    await this.change(await this.zoneFor(name), { name, type: recordTypes.txt, class: recordClasses.in, ttlSeconds, data: encodeTxt(value) });
  }

  async removeTxt({ name, value }: DnsRecord): Promise<void> {
    await this.change(await this.zoneFor(name), deletion(name, value));
  }

  private async change(zone: string, record: ResourceRecord): Promise<void> {
    await this.server.exchange({ flags: flags.update, question: { name: zone, type: recordTypes.soa }, third: [record] });
  }

  private async zoneFor(name: string): Promise<string> {
    if (this.configured.length > 0) return requireZoneOf(name, this.configured, this.server.name);
    const found = await this.findZone(name);
    if (found !== null) return found;
    throw new AppError('failed_precondition', `${this.server.name} has no zone that "${dnsName(name)}" lies in: give the primary server of its zone`, { reason: 'dns.no_zone' });
  }

  /** An authoritative server names the zone with the name's SOA, or with its absence (RFC 2308 section 3); an alias hides it, so the labels above are asked too. */
  private async findZone(name: string): Promise<string | null> {
    const labels = dnsName(name).split('.');
    for (let from = 0; from < labels.length; from++) {
      const asked = labels.slice(from).join('.');
      const { records, isAuthoritative } = await this.server.exchange({ flags: 0, question: { name: asked, type: recordTypes.soa }, third: [] }, Object.values(codes));
      const owners = records.filter(({ type }) => type === recordTypes.soa).map((record) => record.name);
      const zone = isAuthoritative ? zoneOf(asked, owners) : undefined;
      if (zone !== undefined && zone !== '') return zone;
    }
    return null;
  }
}

/** RFC 2136 section 2.5.4: of all records with that name and type, the one with that data. */
const deletion = (name: string, value: string): ResourceRecord => ({ name, type: recordTypes.txt, class: recordClasses.none, ttlSeconds: 0, data: encodeTxt(value) });
