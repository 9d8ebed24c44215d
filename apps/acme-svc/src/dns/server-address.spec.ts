import { describe, expect, it } from '@jest/globals';
import { parseServer } from './server-address.js';

describe('the address of a DNS server', () => {
  it.each([
    ['192.0.2.53', '192.0.2.53', 53],
    ['192.0.2.53:5353', '192.0.2.53', 5_353],
    ['2001:db8::53', '2001:db8::53', 53],
    ['[2001:db8::53]', '2001:db8::53', 53],
    ['[2001:db8::53]:5353', '2001:db8::53', 5_353],
  ])('is read: %s', (text, address, port) => expect(parseServer(text)).toEqual({ address, port }));

  it.each(['', 'ns1.example.test', '192.0.2', '192.0.2.53:0', '192.0.2.53:65536', '192.0.2.53:', '[192.0.2.53', '999.1.1.1'])('is not: %j', (text) => expect(parseServer(text)).toBeNull());
});
