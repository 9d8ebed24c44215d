import type { AddressInfo } from 'node:net';
import { connect, createServer as createSilentServer, type Server as SilentServer } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { certificatePem, parseCertificate } from '@sifaka/pki';
import { sha256Hex } from '../sync/found-certificate.js';
import { someCa } from '../test/some-ca.js';
import { HostAsker } from './ask-hosts.js';

const ca = someCa();
const [shop, other] = [ca.leaf({ names: ['shop.test', 'www.shop.test', 'away.test', 'inside.test'] }), ca.leaf({ names: ['other.test'] })];
const names = new Set<string>();
let server: Server;
let port: number;
let silent: SilentServer;
let silentPort: number;

beforeAll(async () => {
  const context = (der: Buffer) => ({ cert: certificatePem(parseCertificate(der)), key: ca.leafKeyPem });
  server = createServer({ ...context(other) }, (socket) => socket.end());
  server.addContext('shop.test', context(shop));
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  silent = createSilentServer((socket) => void socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  silentPort = (silent.address() as AddressInfo).port;
});
afterAll(async () => {
  for (const each of [server, silent]) await new Promise<void>((resolve) => void each.close(() => resolve()));
});

/** Every name leads to the one server, but for those that nobody has, and those that must not be asked. */
const outbound = {
  connect: async ({ host }: { host: string }) => {
    names.add(host);
    if (host === 'inside.test') throw new AppError('failed_precondition', 'inside.test has a private address', { reason: 'outbound.refused' });
    if (host === 'away.test') throw new AppError('unavailable', 'nobody is there');
    const socket = connect({ host: '127.0.0.1', port: host === 'silent.test' ? silentPort : port });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return socket;
  },
};

const asker = (ports: number[], signal = new AbortController().signal) => new HostAsker(outbound, ports, signal);
const sought = (id: number, der: Buffer, hosts: string[]) => ({ id, name: `certificate-${id}`, fingerprint: sha256Hex(der), serialHex: parseCertificate(der).serialHex.toLowerCase(), names: hosts });

describe('a host', () => {
  it('presents a certificate for its name alone, on the ports that were asked', async () => {
    const { served, refused } = await asker([8443, 443]).ask([sought(1, shop, ['shop.test', 'www.shop.test', 'away.test', 'inside.test']), sought(2, other, ['other.test'])]);
    expect(served).toEqual([
      { certificateId: 1, domains: [{ name: 'shop.test', ports: [443, 8443] }, { name: 'www.shop.test', ports: [] }, { name: 'away.test', ports: [] }, { name: 'inside.test', ports: [] }] },
      { certificateId: 2, domains: [{ name: 'other.test', ports: [443, 8443] }] },
    ]);
    expect(refused).toEqual(['inside.test:443', 'inside.test:8443']);
  });

  it('does not present another one of the same serial number', async () => {
    const { served } = await asker([443]).ask([{ ...sought(3, shop, ['shop.test']), fingerprint: sha256Hex(other) }]);
    expect(served).toEqual([{ certificateId: 3, domains: [{ name: 'shop.test', ports: [] }] }]);
  });

  it('that says nothing is given up after a second', async () => {
    const startedAt = performance.now();
    const { served } = await asker([443]).ask([sought(4, shop, ['silent.test'])]);
    expect(served).toEqual([{ certificateId: 4, domains: [{ name: 'silent.test', ports: [] }] }]);
    expect(performance.now() - startedAt).toBeGreaterThan(900);
  });

  it('is asked once however many certificates have its name', async () => {
    const one = asker([443]);
    names.clear();
    await one.ask([sought(5, shop, ['shop.test']), sought(6, other, ['shop.test'])]);
    const again = await one.ask([sought(7, shop, ['shop.test'])]);
    expect(again.served[0]?.domains).toEqual([{ name: 'shop.test', ports: [443] }]);
    expect([...names]).toEqual(['shop.test']);
  });

  it('is not asked any more when the run is cut off', async () => {
    const controller = new AbortController();
    controller.abort(new AppError('unavailable', 'the service stops'));
    await expect(asker([443], controller.signal).ask([sought(8, shop, ['shop.test'])])).rejects.toThrow('the service stops');
  });
});
