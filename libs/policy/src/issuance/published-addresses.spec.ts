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

describe('addresses that the platform serves itself', () => {
  const none = { caIssuers: [], ocsp: [], crl: [] };
  const served = {
    base: 'http://pki.corp.test',
    caIssuers: 'http://pki.corp.test/ca/CA.cer',
    ocsp: 'http://pki.corp.test/ocsp/CA',
    crl: 'http://pki.corp.test/crl/CA.crl',
    deltaCrl: 'http://pki.corp.test/crl/CA-delta.crl',
  };
  const all = {
    authorityInfoAccess: { caIssuers: [served.caIssuers], ocsp: [served.ocsp] },
    crlDistributionPoints: [served.crl],
    custom: [{ oid: '2.5.29.46', isCritical: false, value: expect.anything() }],
  };

  it('are in every certificate that is not spoken of', () => {
    const filled = withPublishedAddresses({}, none, 'CA', served);
    expect(filled).toEqual(all);
    expect(Buffer.from(filled.custom![0]!.value).toString('latin1')).toContain(served.deltaCrl);
  });

  it('are left out where the request says no', () => {
    const no = { wantsAuthorityInfoAccess: false, wantsCrlDistributionPoints: false };
    expect(withPublishedAddresses(no, none, 'CA', served)).toEqual(no);
  });

  it('give way to what is configured and to what the request names', () => {
    expect(withPublishedAddresses({}, published, 'CA', served)).toEqual({
      authorityInfoAccess: { caIssuers: ['http://pki.corp.test/CA.crt'], ocsp: ['http://ocsp.corp.test'] },
      crlDistributionPoints: ['http://pki.corp.test/CA.crl'],
    });
    const own = { authorityInfoAccess: { ocsp: ['http://other.test'], caIssuers: [] }, crlDistributionPoints: ['http://other.test/a.crl'] };
    expect(withPublishedAddresses(own, none, 'CA', served)).toEqual(own);
  });

  it('are those of this authority, whichever the request was copied from', () => {
    const before = withPublishedAddresses({}, none, 'CA', served);
    const other = { ...served, caIssuers: 'http://pki.corp.test/ca/B.cer', ocsp: 'http://pki.corp.test/ocsp/B', crl: 'http://pki.corp.test/crl/B.crl', deltaCrl: 'http://pki.corp.test/crl/B-delta.crl' };
    const after = withPublishedAddresses(before, none, 'B', other);
    expect(after).toMatchObject({ authorityInfoAccess: { caIssuers: [other.caIssuers], ocsp: [other.ocsp] }, crlDistributionPoints: [other.crl] });
    expect(after.custom?.map(({ value }) => Buffer.from(value).toString('latin1'))).toEqual([expect.stringContaining('B-delta')]);
  });

  it('name no delta where none is made', () => {
    expect(withPublishedAddresses({}, none, 'CA', { ...served, deltaCrl: null })).not.toHaveProperty('custom');
  });
});
