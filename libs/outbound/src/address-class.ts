import { BlockList, isIP, isIPv4 } from 'node:net';

/** What an address is, as far as reaching it from here matters. */
export type AddressClass =
  | 'public'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'documentation'
  | 'benchmarking'
  | 'reserved';

/**
 * The IANA special-purpose registries (RFC 6890 and what followed it), first match wins. Metadata services of clouds come first: some of
 * them have an address that is otherwise private, one (Azure's) even a public one.
 */
const ranges: readonly (readonly [AddressClass, readonly string[]])[] = [
  ['metadata', ['169.254.169.254/32', '169.254.170.2/32', '100.100.100.200/32', '192.0.0.192/32', '168.63.129.16/32', 'fd00:ec2::254/128', 'fd20:ce::254/128']],
  ['unspecified', ['0.0.0.0/8', '::/128']],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10', '64:ff9b:1::/48']],
  ['shared', ['100.64.0.0/10']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  ['documentation', ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20']],
  ['benchmarking', ['198.18.0.0/15', '2001:2::/48']],
  // The last three are IPv6 beyond global unicast (2000::/3): nothing there is routed on the Internet.
  ['reserved', ['192.0.0.0/24', '192.88.99.0/24', '240.0.0.0/4', '2001::/23', '::/3', '4000::/2', '8000::/1']],
];

/** A list for each family: one for both would hold IPv4 addresses to be the v4-mapped part of IPv6 ranges. */
const blocks = { ipv4: listsOf(isIPv4), ipv6: listsOf((address) => !isIPv4(address)) };

/**
 * Class of an IP address in any of its spellings. An IPv6 address that carries an IPv4 one (v4-mapped, NAT64, 6to4) is what it carries.
 *
 * @param address as `net.isIP` accepts it
 */
export function classOf(address: string): AddressClass {
  const plain = plainAddress(address);
  const family = familyOf(plain);
  return blocks[family].find(([, list]) => list.check(plain, family))?.[0] ?? 'public';
}

/** The address without zone, and the IPv4 address in place of an IPv6 one that leads to it. */
export function plainAddress(address: string): string {
  if (isIP(address) === 0) throw new TypeError('not an IP address');
  if (isIPv4(address)) return address;
  const words = ipv6Words(address.split('%')[0] ?? address);
  return embeddedIpv4(words) ?? words.map((word) => word.toString(16)).join(':');
}

/** Adds `address` or `address/bits`; throws for what is neither. */
export function addCidr(list: BlockList, cidr: string): void {
  const [address = '', bits] = cidr.split('/');
  const family = familyOf(address);
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(bits), family);
}

export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}

function listsOf(isMember: (address: string) => boolean): readonly (readonly [AddressClass, BlockList])[] {
  return ranges.map(([name, cidrs]) => {
    const list = new BlockList();
    for (const cidr of cidrs) if (isMember(cidr.split('/')[0] ?? '')) addCidr(list, cidr);
    return [name, list] as const;
  });
}

function embeddedIpv4(words: readonly number[]): string | null {
  const [first, second, third] = words;
  const begins = (...prefix: number[]) => prefix.every((word, index) => words[index] === word);
  // RFC 4291 section 2.5.5.2, RFC 6052, RFC 3056.
  if (begins(0, 0, 0, 0, 0, 0xffff) || begins(0x64, 0xff9b, 0, 0, 0, 0)) return dotted(words[6], words[7]);
  return first === 0x2002 ? dotted(second, third) : null;
}

const dotted = (high = 0, low = 0): string => [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');

function ipv6Words(address: string): number[] {
  // The URL parser writes every spelling, dotted ends included, in the one form of RFC 5952.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const wordsOf = (text: string) => (text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16)));
  const front = wordsOf(head);
  const back = wordsOf(tail ?? '');
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}
