import { afterAll, describe, expect, it } from '@jest/globals';
import { describeDnsProvider, loopbackOutbound, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { account, startAcmeDns } from './acme-dns-stand-in.js';

const peer = await startAcmeDns();
afterAll(() => {
  peer.stop();
});

const values = { url: peer.url, ...account, zones: 'acme.test, child.acme.test' };

describeDnsProvider({
  plugin,
  options: Object.entries(values).map(([name, value]) => ({ name, value })),
  zone: 'acme.test',
  childZone: 'child.acme.test',
  zones: ['acme.test', 'child.acme.test', account.fulldomain],
  read: () => peer.values(),
  wrongCredentials: [{ name: 'password', value: 'no-such-password' }],
  at: ({ host, port }) => [{ name: 'url', value: `http://${host}:${port}` }],
  speaks: 'http',
  limits: { valuesPerName: 2, keepsValues: true, asksNoZones: true, digestsOnly: true },
});

const create = (changes: object = {}) => plugin.create({ ...values, ...changes }, testContext({ outbound: loopbackOutbound() }));
const digests = ['a', 'b', 'c'].map((letter) => letter.repeat(43));

describe('acme-dns', () => {
  it('serves the target of the aliases itself, and without any names in the options', async () => {
    const { zones: _zones, ...bare } = values;
    const provider = plugin.create(bare, testContext({ outbound: loopbackOutbound() }));
    expect(await provider.zones()).toEqual([account.fulldomain]);
    await provider.addTxt({ name: account.fulldomain, value: digests[0]!, ttlSeconds: 60 });
    expect(peer.values()).toContain(digests[0]);
  });

  it('keeps the two newest values, and what it is told to remove until then', async () => {
    const provider = create();
    for (const value of digests) await provider.addTxt({ name: '_acme-challenge.acme.test', value, ttlSeconds: 60 });
    await provider.removeTxt({ name: '_acme-challenge.acme.test', value: digests[2]!, ttlSeconds: 60 });
    expect(peer.values()).toEqual(digests.slice(1));
  });

  it('changes nothing when it is checked', async () => {
    const before = [...peer.values()];
    await create().check!();
    expect(peer.values()).toEqual(before);
  });

  it('refuses another subdomain than the account has, and a value that is no digest', async () => {
    await expect(create({ subdomain: 'someone-elses' }).check!()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('forbidden') });
    await expect(create().addTxt({ name: '_acme-challenge.acme.test', value: 'hello', ttlSeconds: 60 })).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('43 characters') });
  });
});
