import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { checkRevocation, getRevocationCheck } from '@sifaka/contracts';
import { fixedClock } from '@sifaka/kernel';
import { certificatePem } from '@sifaka/pki';
import { StandInAuthority, StandInServer } from '@sifaka/revocation-check/stand-in';
import type { TestPlatform } from '@sifaka/testing';
import { CheckRevoked } from '../revocation-check/check-revoked.js';
import { admin, anIssuer, upload } from './an-issuer.js';

jest.setTimeout(60_000);

const clock = fixedClock(new Date());
const hours = (count: number): Date => new Date(clock.now().getTime() + count * 3_600_000);
const ca = StandInAuthority.root('Outside CA');
let platform: TestPlatform;
let server: StandInServer;

beforeAll(async () => {
  server = await StandInServer.start();
  const env = {
    SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1',
    LEMUR_TRUSTED_OCSP_HOSTS: '["ocsp.corp.test", "*.trusted.test"]',
    LEMUR_TRUSTED_CRL_HOSTS: `127.0.0.1:${server.port},10.0.0.0/8`,
    SUPPORTED_REVOCATION_AUTHORITY_PLUGINS: '["digicert-issuer"]',
    SIFAKA_CRL_MAX_MEGABYTES: '1',
  };
  platform = await anIssuer(env, undefined, clock);
});
afterAll(async () => {
  await platform.stop();
  await server.stop();
});

const known = async (ocsp: string[], crl: string[]) => {
  const leaf = ca.issue({ extensions: { ...(ocsp.length > 0 && { authorityInfoAccess: { ocsp, caIssuers: [] } }), ...(crl.length > 0 && { crlDistributionPoints: crl }) } });
  return upload(platform, { body: certificatePem(leaf.certificate), chain: certificatePem(ca.certificate) });
};
const check = ({ id }: { id: number }) => platform.call('gateway', checkRevocation, { id }, { principal: admin });

it('asks trusted hosts alone, OCSP responders and lists each by their own', async () => {
  const crl = server.on('/a.crl', ca.crl({ thisUpdate: hours(-1), nextUpdate: hours(1) }));
  const certificate = await known([`${server.origin}/ocsp`], [crl, 'http://crl.elsewhere.test/']);
  const { status, saidBy, steps } = await check(certificate);
  expect([status, saidBy]).toEqual(['good', 'crl']);
  expect(steps.map(({ outcome, detail }) => `${outcome}: ${detail}`)).toEqual([
    'refused: not asked: "127.0.0.1" is not among SIFAKA_TRUSTED_OCSP_HOSTS',
    'good: not listed among 0',
    'refused: not asked: "crl.elsewhere.test" is not among SIFAKA_TRUSTED_CRL_HOSTS',
  ]);
  expect(server.visits).toEqual(['GET /a.crl']);
});

it('reads lists up to the length that is configured', async () => {
  const certificate = await known([], [server.on('/long.crl', Buffer.alloc(1_100_000, 0x30))]);
  expect((await check(certificate)).steps).toMatchObject([{ outcome: 'refused', detail: expect.stringMatching(/longer|larger/) }]);
});

it('looks by itself at certificates of the configured plugins only', async () => {
  const certificate = await known([], [server.on('/b.crl', ca.crl({ thisUpdate: hours(-1), nextUpdate: hours(100) }))]);
  clock.advance(3 * 86_400_000);
  const report = await platform.service('issuer').app.get(CheckRevoked).run({}, { signal: new AbortController().signal });
  expect(report).toMatchObject({ checked: 0 });
  expect(await platform.call('gateway', getRevocationCheck, { id: certificate.id }, { principal: admin })).toEqual({ check: null });
});
