import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classOf } from './address-class.js';

const byte = fc.integer({ min: 0, max: 255 });
const ipv4 = (first: fc.Arbitrary<number>, second = byte) => fc.tuple(first, second, byte, byte).map((parts) => parts.join('.'));
const word = fc.integer({ min: 0, max: 0xffff });
const hex = (value: number) => value.toString(16);
const ipv6 = (...head: (number | fc.Arbitrary<number>)[]) =>
  fc
    .tuple(...head.map((part) => (typeof part === 'number' ? fc.constant(part) : part)), ...Array.from({ length: 8 - head.length }, () => word))
    .map((words) => words.map(hex).join(':'));
const always = (addresses: fc.Arbitrary<string>, expected: string) =>
  fc.assert(fc.property(addresses, (address) => expect([expected, 'metadata']).toContain(classOf(address))));

describe('the class of an address', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700:4700::1111', 'public'],
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['10.0.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['fec0::1', 'private'],
    ['100.64.0.1', 'shared'],
    ['100.127.255.255', 'shared'],
    ['100.128.0.0', 'public'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['224.0.0.251', 'multicast'],
    ['ff02::1', 'multicast'],
    ['203.0.113.7', 'documentation'],
    ['2001:db8::1', 'documentation'],
    ['3fff::1', 'documentation'],
    ['198.19.0.1', 'benchmarking'],
    ['192.0.0.8', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['2001::1', 'reserved'],
    ['100::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['::7f00:1', 'reserved'],
    ['64:ff9b:1::1', 'private'],
  ])('of %s is %s', (address, expected) => {
    expect(classOf(address)).toBe(expected);
  });

  it('is private, loopback, shared or multicast over the whole of each range', () => {
    always(ipv4(fc.constant(10)), 'private');
    always(ipv4(fc.constant(172), fc.integer({ min: 16, max: 31 })), 'private');
    always(ipv4(fc.constant(192), fc.constant(168)), 'private');
    always(ipv4(fc.constant(127)), 'loopback');
    always(ipv4(fc.constant(100), fc.integer({ min: 64, max: 127 })), 'shared');
    always(ipv4(fc.constant(169), fc.constant(254)), 'link-local');
    always(ipv4(fc.integer({ min: 224, max: 239 })), 'multicast');
    always(ipv4(fc.integer({ min: 240, max: 255 })), 'reserved');
    always(ipv6(fc.integer({ min: 0xfc00, max: 0xfdff })), 'private');
    always(ipv6(fc.integer({ min: 0xfe80, max: 0xfebf })), 'link-local');
    always(ipv6(fc.integer({ min: 0xff00, max: 0xffff })), 'multicast');
  });

  it('of IPv6 is public in global unicast space alone', () => {
    fc.assert(
      fc.property(ipv6(fc.oneof(fc.integer({ min: 0x65, max: 0x1fff }), fc.integer({ min: 0x4000, max: 0xffff }))), (address) => {
        expect(classOf(address)).not.toBe('public');
      }),
    );
  });

  it('of an IPv6 address that carries an IPv4 one is the class of that one, in every spelling', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4(byte), ipv4(fc.constantFrom(0, 10, 127, 169, 172, 192, 224))), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const [high, low] = [hex(a * 256 + b), hex(c * 256 + d)];
        const spellings = [`::ffff:${address}`, `::FFFF:${high}:${low}`, `0:0:0:0:0:ffff:${high}:${low}`, `64:ff9b::${high}:${low}`, `64:ff9b::${address}`, `2002:${high}:${low}::1`];
        expect(spellings.map(classOf)).toEqual(spellings.map(() => classOf(address)));
      }),
    );
  });

  it('is known for every address there is', () => {
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => expect(typeof classOf(address)).toBe('string')));
  });
});
