import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allowedHostFault, allowedHosts } from './allowed-hosts.js';

describe('the list of allowed hosts', () => {
  it('knows names whatever their case and last dot, and no other name', () => {
    const list = allowedHosts(['CA.corp.example']);
    expect(list.allowsName('ca.CORP.example.', 443)).toBe(true);
    expect(['corp.example', 'x.ca.corp.example', 'ca.corp.example.evil.test'].some((name) => list.allowsName(name, 443))).toBe(false);
  });

  it('knows all names below a suffix, but not the suffix itself', () => {
    const list = allowedHosts(['*.corp.example']);
    expect(list.allowsName('a.b.corp.example', 443)).toBe(true);
    expect(['corp.example', 'evilcorp.example', '.corp.example'].some((name) => list.allowsName(name, 443))).toBe(false);
  });

  it('knows addresses and ranges of both families, also where IPv6 carries IPv4', () => {
    const list = allowedHosts(['10.1.2.3', '192.168.0.0/16', 'fd00::/8', '::1']);
    expect(['10.1.2.3', '::ffff:10.1.2.3', '192.168.77.1', 'fd12::1', '::1'].every((address) => list.allowsAddress(address, 1))).toBe(true);
    expect(['10.1.2.4', '192.169.0.1', 'fc00::1', '127.0.0.1'].some((address) => list.allowsAddress(address, 1))).toBe(false);
  });

  it('keeps to the port that an entry names', () => {
    const list = allowedHosts(['ca.corp.example:8443', '10.0.0.0/8:22', '[fd00::1]:8443', '[fd01::/16]:53']);
    expect([list.allowsName('ca.corp.example', 8443), list.allowsAddress('10.9.9.9', 22), list.allowsAddress('fd00::1', 8443), list.allowsAddress('fd01::9', 53)]).toEqual([true, true, true, true]);
    expect([list.allowsName('ca.corp.example', 443), list.allowsAddress('10.9.9.9', 23), list.allowsAddress('fd00::1', 443), list.allowsAddress('fd01::9', 54)]).toEqual([false, false, false, false]);
  });

  it.each(['', '*', '*.', 'http://ca.corp.example', 'ca.corp.example/x', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/', '10.0.0', '256.1.1.1', '2130706433', 'host:0', 'host:65536', 'host:http', 'a b', 'fe80::1%eth0', '10.0.0.0/8/8'])(
    'refuses %p, and says why',
    (entry) => {
      expect(allowedHostFault(entry)).toContain(entry);
      expect(() => allowedHosts([entry])).toThrow(RangeError);
    },
  );

  it('takes or refuses any text without another fault', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.domain(), fc.ipV4(), fc.ipV6(), fc.tuple(fc.ipV6(), fc.nat(200)).map(([address, bits]) => `${address}/${bits}`)), (entry) => {
        if (allowedHostFault(entry) === null) allowedHosts([entry]).allowsAddress('10.0.0.1', 443);
      }),
    );
  });
});
