import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers, run, startDovecot, startHaproxy, startPostfix, startPostgres, startSshd, type Sshd } from '@sifaka/peers';
import { certificateBody, createTwoTierPki, expectOk, openssl, Platform, waitUntil, type Client, type Json } from '../harness/index.js';
import { fingerprintOf, named } from '../discovery/servers.js';

interface Case {
  server: string;
  /** As in `openssl s_client -starttls`; also what the endpoint is written with. */
  startTls?: 'smtp' | 'imap' | 'postgres';
  start: () => Promise<{ port: number; folder: string; pid: number; stop(): Promise<void> }>;
  options: (place: { folder: string; pid: number }) => Json;
}

const both = { certificatePath: 'server.pem', keyPath: 'server.key' };

const cases: readonly Case[] = [
  {
    server: 'haproxy',
    start: startHaproxy,
    options: ({ folder, pid }) => ({ exportFormat: 'haproxy', combinedPath: 'both.pem', testCommand: `haproxy -c -f ${folder}/haproxy.cfg`, reloadCommand: `kill -USR2 ${pid}` }),
  },
  { server: 'postfix', startTls: 'smtp', start: startPostfix, options: ({ folder }) => ({ ...both, testCommand: `postfix -c ${folder}/config check`, reloadCommand: `postfix -c ${folder}/config reload` }) },
  { server: 'dovecot', startTls: 'imap', start: () => startDovecot('imap'), options: ({ folder }) => ({ ...both, testCommand: `doveconf -c ${folder}/dovecot.conf -n`, reloadCommand: `doveadm -c ${folder}/dovecot.conf reload` }) },
  { server: 'PostgreSQL', startTls: 'postgres', start: startPostgres, options: ({ pid }) => ({ ...both, ...(process.getuid?.() === 0 && { owner: 'postgres' }), reloadCommand: `kill -HUP ${pid}` }) },
];

describeWithPeers(['sshd', 'haproxy', 'postfix', 'dovecot', 'openssl'], 'servers that are told of certificates over SSH', () => {
  const stops: (() => Promise<unknown>)[] = [];
  let folder: string;
  let sshd: Sshd;
  let platform: Platform;
  let admin: Client;
  let authority: Json;

  const kept = <T extends { stop(): Promise<unknown> }>(peer: T): T => {
    stops.push(() => peer.stop());
    return peer;
  };
  const issue = async (changes: Json): Promise<Json> => expectOk(await admin.post('/certificates', certificateBody({ authority: { id: authority.id }, keyType: 'RSA2048', ...changes })));

  async function ended({ id, name }: Json): Promise<Json> {
    let last: Json;
    await waitUntil(
      `deployment of ${name}`,
      async () => {
        [last] = expectOk(await admin.get(`/certificates/${id}/deployments`)).items;
        return ['deployed', 'failed'].includes(last?.state) && last.nextTryAt === null;
      },
      30_000,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(last)}`);
    });
    return last;
  }

  /** Fingerprints of what OpenSSL is shown, leaf first. */
  async function shown(port: number, startTls: Case['startTls']): Promise<string[]> {
    const { stdout } = await openssl(['s_client', '-connect', `127.0.0.1:${port}`, '-showcerts', ...(startTls === undefined ? [] : ['-starttls', startTls])], '');
    return [...stdout.matchAll(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g)].map(([pem]) => pem).slice(0, -1).map(fingerprintOf);
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sifaka-servers-'));
    await run('ssh-keygen', ['-q', '-C', '', '-t', 'ed25519', '-N', '', '-f', join(folder, 'user')]);
    sshd = kept(await startSshd({ authorizedKeys: await readFile(join(folder, 'user.pub'), 'utf8') }));
    platform = await Platform.start({ env: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' } });
    stops.push(() => platform.dispose());
    admin = await platform.admin();
    ({ issuing: authority } = await createTwoTierPki(admin));
  }, 180_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(cases)('$server serves the first one, what replaces it, and what its endpoint is rotated to', async ({ server, startTls, start, options }) => {
    const peer = kept(await start());
    const commonName = `${server.toLowerCase()}.corp.test`;
    const endpoints = `${startTls === undefined ? '' : `${startTls}:`}127.0.0.1:${peer.port}`;
    const login = { host: '127.0.0.1', port: sshd.port, user: sshd.user, privateKey: await readFile(join(folder, 'user'), 'utf8') };
    const pluginOptions = named({ ...login, destinationPath: peer.folder, endpoints, ...options(peer) });
    const destination = expectOk(await admin.post('/destinations', { label: server, description: 'of a test', plugin: { slug: 'ssh-destination', pluginOptions } }));
    const isShown = async ({ body, chain }: Json) => expect((await shown(peer.port, startTls)).slice(0, 2)).toEqual([fingerprintOf(body), fingerprintOf(chain)]);

    const first = await issue({ commonName, destinations: [{ id: destination.id }] });
    expect(await ended(first)).toMatchObject({ state: 'deployed', lastError: null, proofs: [{ host: '127.0.0.1', port: peer.port, startTls: startTls ?? null, isServed: true, detail: null }] });
    await isShown(first);
    const second = await issue({ commonName, destinations: [{ id: destination.id }], replaces: [{ id: first.id }] });
    expect(await ended(second)).toMatchObject({ state: 'deployed', lastError: null, proofs: [{ isServed: true }] });
    await isShown(second);

    let endpoint: Json;
    await waitUntil('the endpoint', async () => (endpoint = expectOk(await admin.get('/endpoints?count=100')).items.find((one: Json) => one.port === peer.port))?.certificate?.id === second.id);
    expect(endpoint).toMatchObject({ type: 'ssh-destination', startTls: startTls ?? null, rotatesBy: 'destination' });
    const third = await issue({ commonName, replaces: [{ id: second.id }] });
    const { rotations: [rotation], refused } = expectOk(await admin.post(`/endpoints/${endpoint.id}/rotate`, {}));
    expect(refused).toEqual([]);
    let last: Json;
    await waitUntil('the rotation', async () => (last = expectOk(await admin.get(`/rotations/${rotation.id}`))).finishedAt !== null, 30_000);
    expect(last).toMatchObject({ state: 'succeeded', lastError: null });
    await isShown(third);
  }, 90_000);
});
