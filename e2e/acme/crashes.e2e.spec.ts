import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers } from '@sifaka/peers';
import { createAuthority, expectOk, waitUntil, type Json } from '../harness/index.js';
import { processesOf, Replacement } from '../durability/service-process.js';
import { openGate, type Gate } from './gate.js';
import { Moments, type Moment } from './moments.js';
import { acmeAuthorityBody, addPowerDns, cleanedUp, issued, request, useAcmeWorld } from './world.js';

interface Held extends Moment {
  said: string;
}

/** What can be held at the same time; a change that hangs at the DNS server holds up all others there. */
const rounds: { title: string; moments: Held[] }[] = [
  {
    title: 'at every step of its talk with the CA',
    moments: [
      { step: 'order', when: 'before', said: 'it asks for the order' },
      { step: 'order', when: 'after', said: 'the CA has made the order, which nobody hears of' },
      { step: 'authorization', when: 'after', said: 'the CA has told what it wants' },
      { step: 'challenge', when: 'before', said: 'it answers the challenge' },
      { step: 'challenge', when: 'after', said: 'the CA has taken the answer to the challenge' },
      { step: 'finalize', when: 'before', said: 'it sends the request for the certificate' },
      { step: 'finalize', when: 'after', said: 'the CA has taken the request for the certificate' },
      { step: 'certificate', when: 'before', said: 'it collects the certificate' },
      { step: 'certificate', when: 'after', said: 'the certificate is on its way' },
    ],
  },
  { title: 'while it writes the TXT record', moments: [{ step: 'write', when: 'before', said: 'it writes the TXT record' }] },
  { title: 'when the TXT record is written', moments: [{ step: 'write', when: 'after', said: 'the TXT record is written' }] },
  { title: 'while it removes the TXT record', moments: [{ step: 'remove', when: 'before', said: 'it removes the TXT record' }] },
  { title: 'when the TXT record is removed', moments: [{ step: 'remove', when: 'after', said: 'the TXT record is removed' }] },
];

describeWithPeers(['pebble', 'power-dns', 'bind'], 'kill -9 of acme-svc', () => {
  const world = useAcmeWorld({ platform: { mode: 'services' } });
  const watched = new Moments();
  const gates: Gate[] = [];
  const replacements: Replacement[] = [];
  let authority: Json;

  const killAndReplace = async () => {
    const pid = replacements.at(-1)?.runningPid ?? processesOf(world().platform, 'acme-svc')[0] ?? 0;
    const replacement = new Replacement(pid);
    await replacement.end('SIGKILL');
    replacements.push(replacement);
    await replacement.start();
  };

  beforeAll(async () => {
    const { admin, pebble, powerDns, providers } = world();
    const ca = await openGate(pebble.directoryUrl, watched.ca, pebble.caPem);
    const dns = await openGate(powerDns.apiUrl, watched.dns);
    gates.push(ca, dns);
    await admin.delete(`/dns_providers/${providers.powerDns}`);
    await addPowerDns(admin, { ...powerDns, apiUrl: dns.url });
    authority = await createAuthority(admin, await acmeAuthorityBody(pebble, {}, { acme_url: `${ca.url}/dir`, ca_bundle: ca.caPem }));
  });
  afterAll(async () => {
    for (const replacement of replacements) await replacement.stop();
    for (const gate of gates) await gate.stop();
  });

  it.each(rounds)(
    '$title costs no certificate and makes no second order',
    async ({ title, moments }) => {
      const round = rounds.findIndex((one) => one.title === title);
      const { admin } = world();
      const held = moments.map((moment, index) => ({ ...moment, name: `held-${index}.round-${round}.pdns.test` }));
      const asked = new Map<string, Json>();
      for (const { name, step, when } of held) {
        watched.choose(name, { step, when });
        asked.set(name, await request(admin, { authority, names: [name] }));
      }
      await watched.allReached(60_000);
      await killAndReplace();

      const outcomes = [];
      for (const { name, said } of held) {
        const { commonName } = await issued(admin, asked.get(name), 60_000);
        const { total: certificates } = expectOk(await admin.get(`/certificates?filter=cn;${name}`));
        const orders = watched.orders.filter((one) => one === name).length;
        const finalized = watched.finalized.filter((one) => one === name).length;
        outcomes.push({ said, commonName, certificates, orders, finalized });
      }
      expect(outcomes).toEqual(held.map(({ said, name }) => ({ said, commonName: name, certificates: 1, orders: 1, finalized: 1 })));
      expect(await cleanedUp(world())).toEqual([]);
    },
    180_000,
  );

  it('again and again costs nothing either', async () => {
    const { admin, pebble } = world();
    const before = { orders: pebble.ordersMade(), certificates: pebble.certificatesIssued() };
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, index) => request(admin, { authority, names: [`storm-${index}.pdns.test`] })),
    );
    for (const share of [0.1, 0.4, 0.7]) {
      const isThere = () => pebble.certificatesIssued() - before.certificates >= asked.length * share;
      await waitUntil('certificates to be issued', isThere, 60_000);
      await killAndReplace();
    }
    for (const one of asked) expect((await issued(admin, one, 90_000)).commonName).toBe(one.commonName);
    expect(pebble.ordersMade() - before.orders).toBe(asked.length);
    expect(pebble.certificatesIssued() - before.certificates).toBe(asked.length);
    expect(await cleanedUp(world())).toEqual([]);
  }, 240_000);
});
