import { afterAll, describe, expect, it } from '@jest/globals';
import { describeWithPeers, missingFor, startBind, type Bind } from '@sifaka/peers';
import { describeDnsProvider, loopbackOutbound, testContext, type TestContextSettings } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { tsigAlgorithms } from '../src/tsig.js';

const zones = ['acme.test', 'child.acme.test', 'other.test'];
const peer = missingFor(['bind']).length === 0 ? await startBind({ zones }) : undefined;
afterAll(() => peer?.stop());

/** Signatures hold for five minutes: the clock stands still at the time of the server. */
const context = (settings: TestContextSettings) => testContext({ now: new Date(), ...settings });

const optionsOf = (server: Bind | undefined) => ({
  server: '127.0.0.1',
  port: server?.dnsPort ?? 1,
  tsig_name: server?.tsig.name ?? 'key',
  tsig_secret: server?.tsig.secret ?? 'c2VjcmV0',
  tsig_algorithm: server?.tsig.algorithm ?? 'hmac-sha256',
});

const given = (values: object) => Object.entries(values).map(([name, value]: [string, unknown]) => ({ name, value }));

const provider = (changes: object, now = new Date()) => plugin.create({ ...optionsOf(peer), ...changes }, testContext({ now, outbound: loopbackOutbound() }));

const record = (name: string) => ({ name: `_acme-challenge.${name}`, value: 'a value', ttlSeconds: 60 });

describeWithPeers(['bind'], 'BIND', () => {
  describeDnsProvider({
    plugin,
    options: given({ ...optionsOf(peer), zone: `${zones.join(', ').toUpperCase()}.` }),
    zone: 'acme.test',
    childZone: 'child.acme.test',
    zones,
    read: (name) => peer!.txt(name),
    wrongCredentials: [{ name: 'tsig_secret', value: Buffer.from('quite another secret').toString('base64') }],
    at: ({ host, port }) => [{ name: 'server', value: host }, { name: 'port', value: port }],
    speaks: 'tcp',
    context,
    limits: { asksNoZones: true },
  });

  describe('takes updates', () => {
    it.each(tsigAlgorithms)('signed with %s', async (algorithm) => {
      const server = await startBind({ zones: ['acme.test'], tsig: { algorithm } });
      const instance = plugin.create({ ...optionsOf(server), zone: 'acme.test' }, context({ outbound: loopbackOutbound() }));
      await instance.check!();
      await instance.addTxt(record('www.acme.test'));
      expect(await server.txt('_acme-challenge.www.acme.test')).toEqual(['a value']);
      await instance.removeTxt(record('www.acme.test'));
      expect(await server.txtNames()).toEqual([]);
      await server.stop();
    });

    it('without a zone in the options: it asks for the zone of the name', async () => {
      const instance = provider({});
      await instance.check!();
      expect(await instance.zones()).toEqual([]);
      for (const name of ['www.acme.test', 'a.b.child.acme.test', 'acme.test']) {
        await instance.addTxt(record(name));
        expect(await peer!.txt(`_acme-challenge.${name}`)).toEqual(['a value']);
        await instance.removeTxt(record(name));
      }
      await expect(instance.addTxt(record('elsewhere.invalid'))).rejects.toMatchObject({ code: 'failed_precondition', reason: 'dns.no_zone' });
    });
  });

  describe('refuses', () => {
    it.each<[string, object, string, RegExp]>([
      ['a key that it does not know', { tsig_name: 'nobody', zone: 'acme.test' }, 'permission_denied', /does not know the key "nobody".*BADKEY/],
      ['another algorithm of the key', { tsig_algorithm: 'hmac-sha512', zone: 'acme.test' }, 'permission_denied', /BADKEY|BADSIG/],
      ['another secret', { tsig_secret: 'AAAA', zone: 'acme.test' }, 'permission_denied', /another secret.*BADSIG/],
      ['a zone that it does not have', { zone: 'elsewhere.invalid' }, 'failed_precondition', /not authoritative for "elsewhere.invalid"/],
    ])('%s', async (_what, changes, code, message) => {
      await expect(provider(changes).check!()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    });

    it.each([3_600, -3_600])('a clock that is %d seconds off, and says by how much', async (seconds) => {
      const now = new Date(Date.now() + seconds * 1_000);
      await expect(provider({ zone: 'acme.test' }, now).check!()).rejects.toMatchObject({ code: 'failed_precondition', reason: 'dns.clock_skew', message: expect.stringMatching(/differ by (?:3599|3600|3601) seconds/) });
    });
  });
});
