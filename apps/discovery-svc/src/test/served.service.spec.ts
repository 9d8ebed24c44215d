import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ingestCertificates, listServedWhileEnding } from '@sifaka/contracts';
import { certificatePem, parseCertificate } from '@sifaka/pki';
import { IdentifyServed } from '../served/identify-served.js';
import { aDiscoveryService, type DiscoveryPlatform } from './a-discovery-service.js';
import { someCa } from './some-ca.js';

const ca = someCa();
const dayMs = 86_400_000;
const day = (days: number) => new Date(Date.now() + days * dayMs);
const signal = new AbortController().signal;
let discovery: DiscoveryPlatform;
let server: Server;
const ending = ca.leaf({ commonName: 'localhost', names: ['localhost', '*.localhost'], notBefore: day(-80), notAfter: day(9) });

beforeAll(async () => {
  server = createServer({ cert: certificatePem(parseCertificate(ending)), key: ca.leafKeyPem }, (socket) => socket.end());
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  discovery = await aDiscoveryService({
    SIFAKA_OUTBOUND_ALLOWED_HOSTS: 'localhost,127.0.0.1,::1',
    LEMUR_PORTS_FOR_DEPLOYED_CERTIFICATE_CHECK: `${port},9`,
    LEMUR_DEPLOYED_CERTIFICATE_CHECK_EXCLUDED_OWNERS: 'Left-Out@corp.test',
    LEMUR_DEPLOYED_CERTIFICATE_CHECK_EXCLUDED_DOMAINS: 'excluded',
  });
}, 90_000);
afterAll(async () => {
  await discovery.stop();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
});

async function known(der: Buffer, owner = 'team@corp.test'): Promise<number> {
  const certificate = { certificateDer: der.toString('base64'), chainDer: [], name: null, externalId: null, owner: null, description: null };
  const { outcomes } = await discovery.platform.call('discovery', ingestCertificates, { source: null, owner, ownerRoleId: 30, certificates: [certificate] });
  const [outcome] = outcomes;
  if (outcome === undefined || outcome.status === 'refused') throw new Error(`refused: ${JSON.stringify(outcome)}`);
  return outcome.certificateId;
}

const look = (dryRun?: boolean) => discovery.platform.service('discovery').app.get(IdentifyServed).run(dryRun === undefined ? {} : { dryRun }, { signal, trigger: 'request' });
const list = (certificateIds: number[] | null = null, afterId = 0, limit = 500) => discovery.platform.call('notify', listServedWhileEnding, { certificateIds, afterId, limit });

describe('certificates that end soon', () => {
  it('are found where they are still presented, and told to nobody unless that is kept', async () => {
    const { port } = server.address() as AddressInfo;
    const id = await known(ending);
    const leaf = (parts: Parameters<typeof ca.leaf>[0]) => ca.leaf({ notBefore: day(-80), notAfter: day(9), ...parts });
    const gone = await known(leaf({ commonName: 'localhost', names: ['localhost'] }));
    await known(leaf({ commonName: 'far.localhost', names: ['localhost'], notAfter: day(180) }));
    await known(leaf({ commonName: 'left.localhost', names: ['localhost'] }), 'left-out@corp.test');
    await known(leaf({ commonName: 'excluded.localhost', names: ['localhost'] }));

    const dry = await look();
    expect(dry).toMatchObject({ dryRun: true, certificates: 2, names: 2, presented: 1, stillPresented: [expect.stringContaining(`(${id}): localhost ${port}`)] });
    expect(await list()).toEqual({ items: [] });

    expect(await look(false)).toMatchObject({ dryRun: false, presented: 1 });
    const checkedAt = expect.any(String);
    expect(await list()).toEqual({ items: [
      { certificateId: id, domains: [{ name: 'localhost', ports: [port], checkedAt }] },
      { certificateId: gone, domains: [{ name: 'localhost', ports: [], checkedAt }] },
    ] });
    expect((await list([gone])).items.map(({ certificateId }) => certificateId)).toEqual([gone]);
    expect((await list(null, id, 1)).items.map(({ certificateId }) => certificateId)).toEqual([gone]);
  });

  it('are told in answers that fit a message, however many names they have', async () => {
    const first = 1_000_000;
    await discovery.platform.database('discovery').query(
      `insert into served_certificate (certificate_id, domain, ports, checked_at)
       select $1 + c, repeat('n', 200) || n || '.corp.test', array[443, 8443], now() from generate_series(1, 100) c, generate_series(1, 60) n`,
      [first],
    );
    const found: number[] = [];
    for (let after = first; ; ) {
      const { items } = await list(null, after);
      const last = items.at(-1);
      if (last === undefined) break;
      expect(JSON.stringify(items).length).toBeLessThan(700_000);
      found.push(...items.map(({ certificateId }) => certificateId));
      after = last.certificateId;
    }
    expect(found).toEqual(Array.from({ length: 100 }, (_, index) => first + 1 + index));
  });
});
