import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { plainName } from './dns-name.js';
import type { DnsServer, Reply } from './dns-query.js';
import { Resolvers } from './resolvers.js';

/** Decides whether an address that somebody's DNS named may be asked. */
export interface AddressPolicy {
  mayAsk(host: string, address: string, port: number): boolean;
}
export const ADDRESS_POLICY = Symbol('AddressPolicy');

/** A name server of a zone with all its addresses. */
export interface NameServer {
  host: string;
  addresses: DnsServer[];
  /** It has addresses that are not asked, because nobody allowed them. */
  isGuarded: boolean;
}

/** Finds the servers that are the last word on a zone. */
@Injectable()
export class AuthoritativeServers {
  /** A check of propagation asks every few seconds, and many names share a zone. */
  private readonly known = new LRUCache<string, NameServer[]>({ max: 1_000, ttl: 60_000 });

  constructor(
    private readonly resolvers: Resolvers,
    @Inject(ADDRESS_POLICY) private readonly policy: AddressPolicy,
  ) {}

  /**
   * None for a zone that DNS, as the resolvers see it, does not know.
   *
   * @throws AppError `upstream_failed` when no resolver answers
   */
  async of(zone: string): Promise<NameServer[]> {
    const known = this.known.get(zone);
    if (known !== undefined) return known;
    const hosts = await this.hostsOf(zone);
    const servers = await Promise.all(hosts.slice(0, maxServers).map((host) => this.serverOf(host)));
    if (servers.some(({ addresses }) => addresses.length > 0)) this.known.set(zone, servers);
    return servers;
  }

  private async hostsOf(zone: string): Promise<string[]> {
    const reply = await this.resolvers.resolve({ name: zone, type: 'NS' });
    const hosts = hostsIn(reply);
    if (hosts.length > 0) return hosts;
    // A provider's zone need not be a zone of public DNS: the one around it answers then, and says so.
    const around = reply.authorities.find(({ type }) => type === 'SOA');
    const name = around === undefined ? zone : plainName(around.name);
    return name === zone || name === '' ? [] : hostsIn(await this.resolvers.resolve({ name, type: 'NS' }));
  }

  private async serverOf(host: string): Promise<NameServer> {
    const found = await Promise.all([this.addressesOf(host, 'A'), this.addressesOf(host, 'AAAA')]);
    const all = found.flat();
    const addresses = all.filter((address) => this.policy.mayAsk(host, address, dnsPort)).slice(0, maxAddresses);
    return { host, addresses: addresses.map((address) => ({ address, port: dnsPort })), isGuarded: addresses.length < all.length };
  }

  private async addressesOf(host: string, type: 'A' | 'AAAA'): Promise<string[]> {
    const { answers } = await this.resolvers.resolve({ name: host, type });
    return answers.flatMap((answer) => (answer.type === type ? [answer.data] : []));
  }
}

const dnsPort = 53;
/** The root has 13; nobody has more. */
const maxServers = 16;
const maxAddresses = 8;

const hostsIn = ({ answers }: Reply): string[] => [...new Set(answers.flatMap((answer) => (answer.type === 'NS' ? [plainName(answer.data)] : [])))].sort();
