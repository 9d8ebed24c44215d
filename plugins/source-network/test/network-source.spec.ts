import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { parsePluginOptions, type Finding, type Outbound } from '@sifaka/plugin-sdk';
import { describeSource, loopbackOutbound, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { testCertificate, type TestCertificate } from './certificates.js';

const servers: Server[] = [];
let one: TestCertificate;
let two: TestCertificate;

beforeAll(async () => {
  [one, two] = await Promise.all([testCertificate('one.example.test'), testCertificate('two.example.test')]);
});
afterEach(async () => {
  for (const server of servers.splice(0)) await closed(server);
});

const sockets = new Map<Server, Set<Socket>>();

function closed(server: Server): Promise<unknown> {
  for (const socket of sockets.get(server) ?? []) socket.destroy();
  return new Promise((resolve) => server.close(resolve));
}

async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  const open = new Set<Socket>();
  sockets.set(server, open);
  server.on('connection', (socket) => open.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

function tlsServer(options: TlsOptions): Server {
  const server = createTlsServer(options);
  server.on('tlsClientError', () => undefined);
  return server;
}

const source = (options: Record<string, unknown>, outbound: Outbound = loopbackOutbound()) => {
  const context = testContext({ outbound });
  return { context, source: plugin.create(parsePluginOptions(plugin, Object.entries(options).map(([name, value]) => ({ name, value }))), context) };
};

async function all(options: Record<string, unknown>, { outbound = loopbackOutbound(), resumeAfter = null }: { outbound?: Outbound; resumeAfter?: string | null } = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of source(options, outbound).source.scan({ resumeAfter, signal: new AbortController().signal })) findings.push(finding);
  return findings;
}
const faults = (findings: Finding[]) => findings.flatMap((finding) => (finding.kind === 'fault' ? [finding.fault] : []));
const endpoints = (findings: Finding[]) => findings.flatMap((finding) => (finding.kind === 'endpoint' ? [finding.endpoint] : []));
const certificates = (findings: Finding[]) => findings.flatMap((finding) => (finding.kind === 'certificate' ? [finding.certificate] : []));

describe('options', () => {
  const refusal = (options: Record<string, unknown>) => {
    try {
      source(options);
      return null;
    } catch (error) {
      return error instanceof AppError ? error.fields?.[0] : error;
    }
  };

  it.each([
    [{}, 'hosts', 'name hosts'],
    [{ networks: '10.0.0.0/8' }, 'networks', '16777216 addresses, at most 65536'],
    [{ networks: '2001:db8::/64' }, 'networks', '/112'],
    [{ networks: '10.0.0.0/16', ports: '1-100' }, 'networks', '6553600 endpoints'],
    [{ networks: '10.0.0.300/24' }, 'networks', 'no block'],
    [{ hosts: 'a.test', ports: '0' }, 'ports', 'between 1 and 65535'],
    [{ hosts: 'a.test', ports: '443/quic' }, 'ports', 'names no protocol'],
    [{ hosts: '10.0.0.1.5' }, 'hosts', 'no host name'],
    [{ hosts: 'a.test', server_names: '10.0.0.1' }, 'server_names', 'no host name'],
    [{ hosts: 'a.test', concurrency: 201 }, 'concurrency', '200'],
  ])('that ask for too much or nothing are refused: %j', (options, option, words) => {
    expect(refusal(options)).toEqual({ path: `plugin.pluginOptions.${option}`, message: expect.stringContaining(words) });
  });
});

describe('a scan', () => {
  it('finds certificates, versions and names, each endpoint once and in order', async () => {
    const shop = createSecureContext(two);
    const port = await listen(tlsServer({ ...one, minVersion: 'TLSv1.2', SNICallback: (name, done) => done(null, name === 'two.example.test' ? shop : undefined) }));
    await listen(tlsServer({ ...one, maxVersion: 'TLSv1.2' }), '127.0.0.3', port);
    const findings = await all({ networks: '127.0.0.0/29', hosts: `127.0.0.3:${port}`, ports: String(port), server_names: 'two.example.test' });
    expect(faults(findings)).toEqual([]);
    expect(certificates(findings).map(({ certificateDer, scope }) => [Buffer.from(certificateDer).equals(one.der), scope])).toEqual([
      [true, `127.0.0.3:${port}`],
      [false, `127.0.0.1:${port}`],
    ]);
    expect(endpoints(findings).map(({ dnsName, policy, certificates: shown }) => [dnsName, policy?.ciphers, shown.map(({ isDefault }) => isDefault)])).toEqual([
      ['127.0.0.3', ['Protocol-TLSv1.2'], [true]],
      ['127.0.0.1', ['Protocol-TLSv1.2', 'Protocol-TLSv1.3'], [true, false]],
    ]);
    const names = endpoints(findings).map(({ policy }) => policy?.name);
    expect(new Set(names).size).toBe(2);
    expect(names[0]).toMatch(/^network-[0-9a-f]{20}$/);
  });

  it('tells of what answers and is no TLS, and not of what is closed', async () => {
    const port = await listen(createServer((socket) => socket.end('SSH-2.0-Test\r\n')));
    const empty = await listen(createServer());
    await closed(servers.pop() ?? createServer());
    const findings = await all({ hosts: `127.0.0.1:${port}, 127.0.0.1:${empty}` });
    expect(faults(findings)).toEqual([{ what: `127.0.0.1:${port}`, reason: expect.stringContaining('does not speak TLS'), hides: { scope: `127.0.0.1:${port}` } }]);
  });

  it('says once that addresses are not reached, and names the setting', async () => {
    const port = await listen(tlsServer(one));
    const open = loopbackOutbound();
    const guarded: Outbound = {
      ...open,
      connect: (target) => (target.host === '127.0.0.1' ? open.connect(target) : Promise.reject(new AppError('failed_precondition', `"${target.host}" is a loopback address, which is not reached`, { reason: 'outbound.refused' }))),
    };
    const findings = await all({ hosts: '127.0.0.1', networks: '127.0.1.0/24', ports: String(port) }, { outbound: guarded });
    expect(endpoints(findings)).toHaveLength(1);
    expect(faults(findings)).toEqual([{ what: 'addresses that are not public', hides: 'everything', reason: expect.stringMatching(/^256 of 257 .*SIFAKA_OUTBOUND_ALLOWED_HOSTS/) }]);
    await expect(all({ networks: '127.0.1.0/24' }, { outbound: guarded })).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(source({ networks: '127.0.1.0/24' }, guarded).source.check?.()).rejects.toMatchObject({ reason: 'outbound.refused' });
  });

  it('takes an address for empty only when it refuses, and stops when this machine is at its end', async () => {
    const port = await listen(tlsServer(one), '127.0.4.1');
    const open = loopbackOutbound();
    const failing = (fault: (host: string) => Error | null): Outbound => ({ ...open, connect: (target) => {
      const error = fault(target.host);
      return error === null ? open.connect(target) : Promise.reject(new AppError('unavailable', `${target.host} does not answer`, { cause: error }));
    } });
    const system = (code: string) => Object.assign(new Error(code), { code });
    const options = { networks: '127.0.4.0/29, 127.0.5.0/30', ports: String(port), survey: 'certificates' };
    const findings = await all(options, { outbound: failing((host) => (host.startsWith('127.0.5.') ? system('EHOSTUNREACH') : host === '127.0.4.2' ? new Error('no connection in time') : null)) });
    expect(endpoints(findings)).toHaveLength(1);
    expect(faults(findings)).toEqual([
      { what: 'silent addresses of 127.0.4.0/29', reason: expect.any(String), hides: { silentScopes: [`127.0.4.2:${port}`] } },
      { what: 'silent addresses of 127.0.5.0/30', reason: expect.any(String), hides: { silentScopes: [0, 1, 2, 3].map((last) => `127.0.5.${last}:${port}`) } },
    ]);
    await expect(all(options, { outbound: failing((host) => (host === '127.0.4.3' ? system('EMFILE') : null)) })).rejects.toMatchObject({ reason: 'scan.own_fault', message: expect.stringContaining('EMFILE') });
    await expect(all(options, { outbound: failing((host) => (host === '127.0.5.2' ? system('EADDRNOTAVAIL') : null)) })).rejects.toMatchObject({ reason: 'scan.own_fault' });
    const named = failing((host) => (host === 'dual.example.test' ? new AggregateError([system('EADDRNOTAVAIL'), system('ECONNREFUSED')]) : null));
    expect(faults(await all({ hosts: `127.0.4.1:${port} dual.example.test`, survey: 'certificates' }, { outbound: named }))).toMatchObject([{ what: 'dual.example.test:443' }]);
    await expect(all({ networks: '127.0.5.0/30' }, { outbound: failing(() => system('ENETUNREACH')) })).rejects.toMatchObject({ reason: 'scan.nobody' });
  });

  it('goes on behind a checkpoint, and from the beginning with other options', async () => {
    const port = await listen(tlsServer(one));
    const options = { networks: '127.0.0.0/23', hosts: `127.0.0.1:${port}`, ports: String(port), survey: 'certificates' };
    const findings = await all(options);
    const cursors = findings.flatMap((finding) => (finding.kind === 'checkpoint' ? [finding.cursor] : []));
    expect(cursors).toHaveLength(5);
    const asked: string[] = [];
    const open = loopbackOutbound();
    const outbound: Outbound = { ...open, connect: (target) => (asked.push(target.host), open.connect(target)) };
    expect(endpoints(await all(options, { outbound, resumeAfter: cursors[4] ?? null }))).toEqual([]);
    expect(asked).toHaveLength(13);
    expect(endpoints(await all({ ...options, exclude: '127.0.1.1' }, { resumeAfter: cursors[4] ?? null }))).toHaveLength(1);
  });

  it('never has more sockets open than it may, hanging servers or not', async () => {
    const open = new Set<Socket>();
    const port = await listen(createServer((socket) => socket.on('data', () => undefined)));
    let most = 0;
    const outbound: Outbound = {
      ...loopbackOutbound(),
      connect: ({ host, port: number }) =>
        new Promise((resolve, reject) => {
          const socket = connect(number, host);
          open.add(socket);
          most = Math.max(most, [...open].filter(({ destroyed }) => !destroyed).length);
          socket.once('error', reject).once('connect', () => resolve(socket)).once('close', () => open.delete(socket));
        }),
    };
    const options = { timeout_seconds: 1, concurrency: 8 };
    const slow = Array.from({ length: 24 }, (_, index) => `h${index}.localhost:${port}`).join(',');
    const mapped: Outbound = { ...outbound, connect: (target) => outbound.connect({ ...target, host: '127.0.0.1' }) };
    expect(faults(await all({ ...options, hosts: slow }, { outbound: mapped })).length).toBe(24);
    expect(most).toBe(8);
    // Two scans share the limit of the process.
    most = 0;
    const many = (prefix: string) => Array.from({ length: 150 }, (_, index) => `${prefix}${index}.localhost:${port}`).join(',');
    await Promise.all(['a', 'b'].map((prefix) => all({ hosts: many(prefix), concurrency: 200, timeout_seconds: 1 }, { outbound: mapped })));
    expect(most).toBeLessThanOrEqual(200);
    expect(most).toBeGreaterThan(100);
    for (let turn = 0; open.size > 0 && turn < 200; turn += 1) await delay(5);
    expect(open.size).toBe(0);
  });
});

describe('an endpoint asked live', () => {
  it('is told with what it presents now, and unknown when nobody listens or it does not answer', async () => {
    const port = await listen(tlsServer(one));
    const { source: network } = source({ hosts: `127.0.0.1:${port}` });
    const [found] = endpoints(await all({ hosts: `127.0.0.1:${port}` }));
    if (found === undefined) throw new Error('nothing was found');
    expect(await network.endpoint?.(found)).toEqual(found);
    await closed(servers.pop() ?? createServer());
    await expect(network.endpoint?.(found)).rejects.toMatchObject({ code: 'unavailable' });
    await listen(createServer((socket) => socket.end('no TLS')), '127.0.0.1', port);
    await expect(network.endpoint?.(found)).rejects.toMatchObject({ code: 'upstream_failed' });
  });
});

describe('conformance', () => {
  const ports = { one: 0, two: 0 };
  beforeAll(async () => {
    ports.one = await listen(tlsServer(one), '127.0.0.1');
    ports.two = await listen(tlsServer({ cert: `${two.cert}${one.cert}`, key: two.key }), '127.0.0.1');
    kept.push(...servers.splice(0));
    given.push({ name: 'hosts', value: `127.0.0.1:${ports.one} 127.0.0.1:${ports.two}` });
  });
  afterAll(() => Promise.all(kept.map(closed)));
  const kept: Server[] = [];
  const given: { name: string; value: unknown }[] = [{ name: 'survey', value: 'protocols and ciphers' }];
  describeSource({
    plugin,
    options: given,
    certificates: () => [
      { fingerprint: one.fingerprint, chainLength: 0 },
      { fingerprint: two.fingerprint, chainLength: 1 },
    ],
    endpoints: () => [
      { dnsName: '127.0.0.1', port: ports.one, fingerprint: one.fingerprint },
      { dnsName: '127.0.0.1', port: ports.two, fingerprint: two.fingerprint },
    ],
    wrongCredentials: [],
    away: [{ name: 'hosts', value: '127.0.0.1:1' }],
  });
});
