import { afterAll, expect, it } from '@jest/globals';
import { describeWithPeers, missingFor } from '@sifaka/peers';
import { describeDnsProvider, loopbackOutbound, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { startKnot } from './start-knot.js';

const zones = ['acme.test', 'child.acme.test'];
const peer = missingFor(['knotd']).length === 0 ? await startKnot(zones) : undefined;
afterAll(() => peer?.stop());

const values = { server: '127.0.0.1', port: peer?.port ?? 1, tsig_name: peer?.key.name ?? 'key', tsig_secret: peer?.key.secret ?? 'c2VjcmV0' };

describeWithPeers(['knotd'], 'Knot', () => {
  describeDnsProvider({
    plugin,
    options: Object.entries({ ...values, zone: zones.join(',') }).map(([name, value]) => ({ name, value })),
    zone: 'acme.test',
    childZone: 'child.acme.test',
    zones,
    read: (name) => peer!.txt(name),
    wrongCredentials: [{ name: 'tsig_secret', value: Buffer.from('quite another secret').toString('base64') }],
    at: ({ host, port }) => [{ name: 'server', value: host }, { name: 'port', value: port }],
    speaks: 'tcp',
    context: (settings) => testContext({ now: new Date(), ...settings }),
    limits: { asksNoZones: true },
  });

  it('names the zone of a name', async () => {
    const instance = plugin.create(values, testContext({ now: new Date(), outbound: loopbackOutbound() }));
    await instance.check!();
    const record = { name: '_acme-challenge.a.child.acme.test', value: 'a value', ttlSeconds: 60 };
    await instance.addTxt(record);
    expect(await peer!.txt(record.name)).toEqual(['a value']);
    await instance.removeTxt(record);
  });
});
