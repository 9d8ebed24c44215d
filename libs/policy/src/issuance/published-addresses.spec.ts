import { describe, expect, it } from '@jest/globals';
import { withPublishedAddresses } from './published-addresses.js';

const published = { caIssuers: ['http://pki.corp.test/{authority}.crt'], ocsp: ['http://ocsp.corp.test'], crl: ['http://pki.corp.test/{authority}.crl'] };
const wishes = { wantsAuthorityInfoAccess: true, wantsCrlDistributionPoints: true } as const;

describe('withPublishedAddresses', () => {
  it('fills in the addresses of the authority', () => {
    expect(withPublishedAddresses(wishes, published, 'Corp Issuing CA 2')).toMatchObject({
      authorityInfoAccess: { caIssuers: ['http://pki.corp.test/Corp-Issuing-CA-2.crt'], ocsp: ['http://ocsp.corp.test'] },
      crlDistributionPoints: ['http://pki.corp.test/Corp-Issuing-CA-2.crl'],
    });
  });

  it('keeps what the request names itself', () => {
    const own = { ...wishes, crlDistributionPoints: ['http://other.test/x.crl'] };
    expect(withPublishedAddresses(own, published, 'CA').crlDistributionPoints).toEqual(['http://other.test/x.crl']);
  });

  it.each([
    ['nobody wished for any', {}, published, 'CA'],
    ['nothing is published', wishes, { caIssuers: [], ocsp: [], crl: [] }, 'CA'],
    ['there is no authority above', wishes, published, null],
  ])('adds nothing when %s', (_title, request, addresses, authority) => {
    expect(withPublishedAddresses(request, addresses, authority)).toEqual(request);
  });
});
