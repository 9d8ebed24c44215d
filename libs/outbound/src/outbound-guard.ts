import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { AppError } from '@sifaka/kernel';
import { classOf, type AddressClass } from './address-class.js';
import { isOpenToNames, type AllowedHosts } from './allowed-hosts.js';

/** Looks a host name up: all its addresses, in the order in which they should be tried. */
export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

/** Names are looked up as everything else on the machine does it: hosts file, search domains, resolver. */
export const lookupBySystem: Lookup = (host) => systemLookup(host, { all: true });

/** Two lists of hosts: being private is one thing, the way to them another. */
export interface GuardLists {
  /** Reached although their address is not public. */
  mayBePrivate: AllowedHosts;
  /** The installation's own, which no proxy leads to. */
  goesStraight: AllowedHosts;
}

/** Decides whether a target may be reached, by which addresses, and which way. */
export class OutboundGuard {
  constructor(
    private readonly lists: GuardLists,
    private readonly lookup: Lookup,
  ) {}

  /**
   * Looks the host up once and checks every address. The connection is made to these and to no other, so that a name that changes
   * its address between check and connection gains nothing.
   *
   * @param isInstallations the configuration names the host, which is as good as a place in the list of allowed ones
   * @throws AppError `failed_precondition`, reason `outbound.refused`; faults of the lookup as they are
   */
  async addressesOf(host: string, port: number, isInstallations = false): Promise<readonly LookupAddress[]> {
    const family = isIP(host);
    const addresses = family === 0 ? await this.lookup(host) : [{ address: host, family }];
    const { mayBePrivate } = this.lists;
    const isNamed = isInstallations || mayBePrivate.allowsName(host, port);
    for (const { address } of addresses) {
      const found = classOf(address);
      if (found === 'public' || mayBePrivate.allowsAddress(address, port) || (isNamed && isOpenToNames(address))) continue;
      throw refused(host, port, found);
    }
    return addresses;
  }

  /** The target itself, or a range that it lies in, stands in the list of those that may be private. */
  isNamed(host: string, port: number): boolean {
    const { mayBePrivate } = this.lists;
    return mayBePrivate.allowsName(host, port) || (isIP(host) !== 0 && mayBePrivate.allowsAddress(host, port));
  }

  /** An administrator named the target as one of the installation's own. */
  goesStraight(host: string, port: number): boolean {
    const { goesStraight } = this.lists;
    return goesStraight.allowsName(host, port) || (isIP(host) !== 0 && goesStraight.allowsAddress(host, port));
  }
}

const words: Record<AddressClass, string> = {
  public: 'a public address',
  unspecified: 'the unspecified address',
  loopback: 'a loopback address',
  private: 'an address of a private network',
  shared: 'an address of shared address space (carrier-grade NAT)',
  'link-local': 'a link-local address',
  metadata: 'the address of a cloud metadata service',
  multicast: 'a multicast address',
  documentation: 'an address that is reserved for documentation',
  benchmarking: 'an address that is reserved for benchmarks',
  reserved: 'a reserved address',
};

/** Says what kind of address it is and not which: whoever asks from outside learns nothing about the network inside. */
function refused(host: string, port: number, found: AddressClass): AppError {
  const what = isIP(host) === 0 ? `"${host}" has` : `"${host}" is`;
  const named = found === 'metadata' || found === 'unspecified' || found === 'multicast' ? 'its address itself' : `"${host}"`;
  return new AppError(
    'failed_precondition',
    `${what} ${words[found]}, which is not reached (port ${port}) unless an administrator adds ${named} to SIFAKA_OUTBOUND_ALLOWED_HOSTS`,
    { reason: 'outbound.refused' },
  );
}
