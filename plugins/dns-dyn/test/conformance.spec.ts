import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { describeChecks, describeDnsProvider, loopbackOutbound, outageChecks, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { credentials, startDyn } from './dyn-stand-in.js';

const zones = ['acme.test', 'child.acme.test', ...Array.from({ length: 120 }, (_each, index) => `zone-${index}.test`)];
const dyn = await startDyn(zones);
afterAll(() => dyn.stop());
afterEach(() => void Object.assign(dyn.state, { jobsFor: () => false, endsBefore: () => false, blockedPublishes: 0 }));

const given = { url: dyn.url, ...credentials };

describeDnsProvider({
  plugin,
  options: Object.entries(given).map(([name, value]) => ({ name, value })),
  zone: 'acme.test',
  childZone: 'child.acme.test',
  zones,
  read: dyn.read,
  wrongCredentials: [{ name: 'password', value: 'no-such-password' }],
  at: ({ host, port }) => [{ name: 'url', value: `http://${host}:${port}/REST` }],
  speaks: 'http',
});

function create(options: object = {}) {
  const context = testContext({ outbound: loopbackOutbound() });
  return { provider: plugin.create({ ...given, ...options }, context), context };
}
const record = { name: '_acme-challenge.www.acme.test', value: 'a value', ttlSeconds: 30 };

describe('Dyn', () => {
  it('opens one session for all its calls and ends it when it is closed', async () => {
    dyn.sessions.clear();
    const { provider } = create();
    const { logins } = dyn.state;
    await Promise.all([provider.zones(), provider.addTxt(record), provider.zones()]);
    await provider.removeTxt(record);
    expect([dyn.state.logins, dyn.sessions.size]).toEqual([logins + 1, 1]);
    await provider.close?.();
    expect(dyn.sessions.size).toBe(0);
  });

  it('publishes changes together that come at once, and none where nothing changes', async () => {
    const { provider } = create();
    await provider.zones();
    const { publishes } = dyn.state;
    const records = Array.from({ length: 10 }, (_each, index) => ({ ...record, value: `value ${index}` }));
    await Promise.all(records.map((each) => provider.addTxt(each)));
    expect(dyn.read(record.name)).toHaveLength(10);
    expect(dyn.state.publishes - publishes).toBeLessThanOrEqual(2);
    await Promise.all(records.map((each) => provider.removeTxt(each)));
    const after = dyn.state.publishes;
    await Promise.all(records.map((each) => provider.removeTxt(each)));
    expect([dyn.read(record.name), dyn.state.publishes]).toEqual([[], after]);
  });

  it('asks for the job that a slow call became', async () => {
    dyn.state.jobsFor = ({ method }) => method !== 'GET';
    const { provider } = create();
    await provider.addTxt(record);
    expect(dyn.read(record.name)).toEqual(['a value']);
    await provider.removeTxt(record);
    expect([dyn.read(record.name), dyn.state.jobCalls]).toEqual([[], 8]);
  });

  it('logs in again when its session has ended, and makes again what was not published', async () => {
    const { provider } = create();
    await provider.zones();
    let ended = 0;
    dyn.state.endsBefore = ({ method, path }) => method === 'PUT' && path === '/REST/Zone/acme.test/' && ended++ === 0;
    await provider.addTxt(record);
    expect([ended > 0, dyn.read(record.name)]).toEqual([true, ['a value']]);
    dyn.sessions.clear();
    await provider.removeTxt(record);
    expect(dyn.read(record.name)).toEqual([]);
  });

  it('gives up when every session ends at once', async () => {
    dyn.state.endsBefore = () => true;
    await expect(create().provider.check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('expired credentials: ***') });
  });

  it('tries again while another session publishes the zone', async () => {
    dyn.state.blockedPublishes = 2;
    const { provider } = create();
    await provider.addTxt(record);
    expect(dyn.read(record.name)).toEqual(['a value']);
    await provider.removeTxt(record);
  });

  it('fails a refused record alone, and leaves nothing of it behind', async () => {
    const { provider } = create();
    const [refused, fine] = await Promise.allSettled([provider.addTxt({ ...record, value: 'refused' }), provider.addTxt(record)]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'failed_precondition', message: expect.stringContaining('txtdata is refused (INVALID_DATA)') } });
    expect([fine.status, dyn.read(record.name)]).toEqual(['fulfilled', ['a value']]);
    await provider.removeTxt(record);
    expect([...dyn.sessions.values()].flatMap(({ pending }) => pending)).toEqual([]);
  });
});

describeChecks('Dyn in an outage', outageChecks, { run: async (url, canary) => create({ url, password: canary }).provider.check?.() });
