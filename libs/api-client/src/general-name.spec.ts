import { expect, it } from '@jest/globals';
import { generalNameOf } from './general-name.js';

it.each([
  ['shop.example.com', 'DNSName'],
  ['*.example.com', 'DNSName'],
  ['localhost', 'DNSName'],
  ['10.0.0.7', 'IPAddress'],
  ['2001:db8::7', 'IPAddress'],
  ['::1', 'IPAddress'],
  ['10.0.0.0/8', 'IPNetwork'],
  ['2001:db8::/32', 'IPNetwork'],
  ['team@example.com', 'rfc822Name'],
  ['spiffe://example.com/shop', 'uniformResourceIdentifier'],
  ['urn:example:shop', 'uniformResourceIdentifier'],
])('takes %s for a name of the type %s', (text, nameType) => {
  expect(generalNameOf(` ${text} `)).toEqual({ nameType, value: text });
});
