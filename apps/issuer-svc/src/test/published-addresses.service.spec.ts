import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { TestPlatform } from '@sifaka/testing';
import { anAuthority, anIssuer, issue, openssl } from './an-issuer.js';

jest.setTimeout(60_000);

let platform: TestPlatform;

beforeAll(async () => {
  platform = await anIssuer({
    SIFAKA_AIA_CA_ISSUERS_URLS: 'http://pki.corp.test/{authority}.crt',
    SIFAKA_AIA_OCSP_URLS: 'http://ocsp.corp.test',
    SIFAKA_CRL_URLS: 'http://pki.corp.test/{authority}.crl',
  });
});
afterAll(() => platform.stop());

const textOf = (body: string) => openssl(['x509', '-in', 'leaf.pem', '-noout', '-text'], { 'leaf.pem': body });

it('puts the published addresses into a certificate that wishes for them', async () => {
  const authority = await anAuthority(platform, { name: 'Corp Issuing CA 2' });
  const wishes = { certificateInfoAccess: { includeAIA: true }, crlDistributionPoints: { includeCrlDp: 'yes' } };
  const text = textOf((await issue(platform, authority, { extensions: wishes })).body);
  expect(text).toContain('CA Issuers - URI:http://pki.corp.test/Corp-Issuing-CA-2.crt');
  expect(text).toContain('OCSP - URI:http://ocsp.corp.test');
  expect(text).toContain('URI:http://pki.corp.test/Corp-Issuing-CA-2.crl');
});

it('leaves them out of a certificate that does not', async () => {
  const authority = await anAuthority(platform);
  expect(textOf((await issue(platform, authority)).body)).not.toContain('corp.test/');
});
