import { describe, expect, it } from '@jest/globals';
import type { Authorization } from '../protocol/resources.js';
import { chooseChallenge, nameOf, preferredTypes, unprovable } from './choose-challenge.js';

const authorization = (...types: string[]): Authorization => ({
  status: 'pending',
  identifier: { type: 'dns', value: 'a.test' },
  wildcard: false,
  challenges: types.map((type) => ({ type, url: `https://ca.test/${type}`, status: 'pending', token: 'token' })),
});
const name = { type: 'dns', value: 'a.test' };

describe('the challenge for a name', () => {
  it('is DNS-01 where a provider serves the zone and for wildcards, else HTTP-01', () => {
    expect(preferredTypes(name, 'auto', true)).toEqual(['dns-01', 'http-01']);
    expect(preferredTypes(name, 'auto', false)).toEqual(['http-01']);
    expect(preferredTypes({ type: 'dns', value: '*.a.test' }, 'auto', false)).toEqual(['dns-01']);
    expect(preferredTypes({ type: 'ip', value: '192.0.2.1' }, 'auto', true)).toEqual(['http-01']);
    expect(preferredTypes(name, 'http-01', true)).toEqual(['http-01']);
  });

  it('is the best that the CA offers', () => {
    expect(chooseChallenge(authorization('tls-alpn-01', 'http-01', 'dns-01'), name, ['dns-01', 'http-01'])).toEqual({ type: 'dns-01', url: 'https://ca.test/dns-01', token: 'token' });
    expect(chooseChallenge(authorization('http-01'), name, ['dns-01', 'http-01']).type).toBe('http-01');
  });

  it('is refused with what the CA offers instead', () => {
    expect(() => chooseChallenge(authorization('tls-alpn-01'), name, ['dns-01'])).toThrow('the CA offers no dns-01 challenge for "a.test", but: tls-alpn-01');
    expect(() => chooseChallenge(authorization(), name, ['dns-01'])).toThrow('but: none');
  });

  it('is impossible for addresses by DNS and for wildcards by HTTP', () => {
    expect(unprovable({ type: 'ip', value: '2001:db8::1' }, 'dns-01')).toMatch(/2001:db8::1 cannot be validated by dns-01 \(RFC 8738\)/);
    expect(unprovable({ type: 'dns', value: '*.a.test' }, 'http-01')).toMatch(/wildcard "\*\.a\.test" cannot be validated by http-01/);
    expect([unprovable(name, 'dns-01'), unprovable({ type: 'ip', value: '192.0.2.1' }, 'auto'), unprovable({ type: 'dns', value: '*.a.test' }, 'auto')]).toEqual([null, null, null]);
  });

  it('belongs to the name as the order has it', () => {
    expect(nameOf({ ...authorization(), wildcard: true })).toBe('*.a.test');
    expect(nameOf(authorization())).toBe('a.test');
  });
});
