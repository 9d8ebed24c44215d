import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startVerisign, viceRefusal, viceResponse } from '@sifaka/ca-clients/stand-in';
import type { Source } from '@sifaka/plugin-sdk';
import { certificatesOf, describeChecks, describeSource, faultsOf, findAll, fingerprintOf, loopbackOutbound, outageChecks, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const now = new Date('2026-11-22T10:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);

let verisign: Awaited<ReturnType<typeof startVerisign>>;
const ders: Buffer[] = [];
// Filled in once the stand-in listens.
const options = [
  { name: 'url', value: 'http://127.0.0.1:1' },
  { name: 'client_pem', value: 'later' },
];
const stranger = { name: 'client_pem', value: 'later' };
const make = (given: Record<string, unknown> = {}): Source => plugin.create({ url: verisign.url, client_pem: verisign.clientPem, product: 'Server', ...given }, verisign.context());

beforeAll(async () => {
  verisign = await startVerisign(() => now);
  Object.assign(options[0] ?? {}, { value: verisign.url });
  Object.assign(options[1] ?? {}, { value: verisign.clientPem });
  const other = verisign.ca.identity('stranger');
  stranger.value = `${other.cert}\n${other.key}`;
  for (const days of [0, 0, 91, 92, 93, 700, 1_825]) ders.push(verisign.add(daysAgo(days)));
  verisign.add(daysAgo(1_900));
});
afterEach(() => verisign.troubles.clear());
afterAll(() => verisign.stop());

describeSource({
  plugin,
  options,
  context: () => verisign.context(),
  certificates: () => ders.map((der) => ({ fingerprint: fingerprintOf(der) })),
  wrongCredentials: [stranger],
  away: [{ name: 'url', value: 'http://127.0.0.1:9' }],
  breakOne: () => {
    verisign.add(daysAgo(5), { broken: Buffer.from('no certificate at all') });
    return async () => void verisign.placed.delete([...verisign.placed.keys()].at(-1) ?? '');
  },
});

// Nothing secret is sent, so there is none that the other side could repeat: those that do are left out.
const repeating = ['names an error of the server', 'names refused credentials'];
const silentChecks = outageChecks.filter(({ title }) => !repeating.includes(title));
describeChecks('verisign-source in an outage', silentChecks, {
  run: (url) => plugin.create({ url, client_pem: verisign.clientPem, product: 'Server' }, testContext({ now, outbound: loopbackOutbound() })).check?.() ?? Promise.resolve(),
});

describe('verisign-source', () => {
  it('asks for five years in reports without a gap', async () => {
    const before = verisign.requests.length;
    await findAll(make());
    const reports = verisign.requests.slice(before).filter(({ path }) => path.endsWith('/reportingws')).map(({ text }) => new URLSearchParams(text));
    expect(reports[0]?.get('startDate')).toBe('11/22/2021');
    expect(reports.at(-1)?.get('endDate')).toBe('11/22/2026');
    for (const [index, report] of reports.entries()) {
      expect(Object.fromEntries(report)).toMatchObject({ reportType: 'detail', certProductType: 'Server', certStatus: 'Valid' });
      const next = reports[index + 1]?.get('startDate');
      if (next !== undefined && next !== null) expect(Date.parse(`${next} UTC`) - Date.parse(`${report.get('endDate')} UTC`)).toBe(86_400_000);
    }
  });

  it('asks for each of its products', async () => {
    const before = verisign.requests.length;
    expect(certificatesOf(await findAll(make({ product: 'HAServer, Server' })))).toHaveLength(ders.length);
    expect(new Set(verisign.requests.slice(before).filter(({ path }) => path.endsWith('/reportingws')).map(({ text }) => new URLSearchParams(text).get('certProductType')))).toEqual(new Set(['HAServer', 'Server']));
  });

  it('knows certificates by what they are picked up by', async () => {
    const [first] = certificatesOf(await findAll(make()));
    expect(first).toMatchObject({ name: 'www6.example.test', externalId: [...verisign.placed].find(([, at]) => at.getTime() === daysAgo(1_825).getTime())?.[0] });
  });

  it('hides everything behind a report or an order that is refused', async () => {
    const id = [...verisign.placed.keys()][0] ?? '';
    verisign.troubles.add(new RegExp(`pickup\\?transaction_id=${id}$`), viceRefusal('0x3301', 'Bad transaction id'));
    const findings = await findAll(make());
    expect(faultsOf(findings)).toEqual([{ what: `order ${id}`, reason: expect.stringContaining('0x3301'), hides: 'everything' }]);
    expect(certificatesOf(findings)).toHaveLength(ders.length - 1);
  });

  it('takes an answer that is no report for none', async () => {
    for (const body of [{ error: 'wrong' }, { orderNumber: 'x' }, 'text']) {
      verisign.troubles.clear();
      verisign.troubles.add(/reportingws/, { body });
      await expect(findAll(make())).rejects.toMatchObject({ code: 'upstream_failed' });
    }
  });

  it('tells why the account may see no reports', async () => {
    verisign.troubles.add(/reportingws/, viceRefusal('0x3101', 'Missing role'));
    await expect(make().check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('0x3101') });
  });

  it.each([[500, 'upstream_failed'], [401, 'permission_denied']])('says what an answer with %i is', async (status, code) => {
    verisign.troubles.add(/reportingws/, { status, body: 'out of order' });
    await expect(make().check?.()).rejects.toMatchObject({ code, message: expect.stringContaining('out of order') });
  });

  it('finds nothing in empty reports', async () => {
    for (const answer of [viceResponse('0x00'), { body: {} }, { body: [] }, { body: { orderNumber: [] } }]) {
      verisign.troubles.clear();
      verisign.troubles.add(/reportingws/, answer);
      expect((await findAll(make())).filter(({ kind }) => kind !== 'checkpoint')).toEqual([]);
    }
  });
});
