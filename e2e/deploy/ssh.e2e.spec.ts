import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers, makeServerTls, run, servedFingerprint, startNginx, startSshd, startTlsProber, type Nginx, type Sshd } from '@sifaka/peers';
import { certificateBody, createTwoTierPki, expectOk, Platform, waitUntil, type Client, type Json } from '../harness/index.js';

const name = 'www.corp.test';
const rotations = 50;
const named = (values: Readonly<Record<string, unknown>>) => Object.entries(values).map(([option, value]) => ({ name: option, value }));
const fingerprintOf = ({ body }: Json): string => createHash('sha256').update(new X509Certificate(body).raw).digest('hex');

describeWithPeers(['sshd', 'nginx'], 'an nginx on another host', () => {
  const stops: (() => Promise<unknown>)[] = [];
  let folder: string;
  let sshd: Sshd;
  let nginx: Nginx;
  let platform: Platform;
  let admin: Client;
  let authority: Json;
  let destination: Json;
  let options: Json;
  let current: Json;

  const kept = <T extends { stop(): Promise<unknown> }>(peer: T): T => {
    stops.push(() => peer.stop());
    return peer;
  };
  const certs = () => join(folder, 'certs');
  const configured = (changes: Json = {}) => ({ label: 'www', description: 'of a test', plugin: { slug: 'ssh-destination', pluginOptions: named({ ...options, ...changes }) } });
  /** What is deployed is put there once more after a change; one that comes while that is done is told to come again. */
  async function configure(changes: Json = {}): Promise<void> {
    await waitUntil('the destination to be idle', async () => {
      const answer = await admin.put(`/destinations/${destination.id}`, configured(changes));
      return answer.status !== 409 && expectOk(answer) !== null;
    }, 20_000);
  }
  const next = async (changes: Json = {}): Promise<Json> =>
    expectOk(await admin.post('/certificates', certificateBody({ authority: { id: authority.id }, commonName: name, destinations: [{ id: destination.id }], ...changes })));

  async function deploymentOf({ id }: Json): Promise<Json> {
    const { items } = expectOk(await admin.get(`/certificates/${id}/deployments`));
    return items[0];
  }

  async function ended(certificate: Json, states: readonly string[]): Promise<Json> {
    let deployment: Json;
    await waitUntil(
      `deployment of ${certificate.name} to be ${states.join(' or ')}`,
      async () => {
        deployment = await deploymentOf(certificate);
        return states.includes(deployment?.state) && deployment.nextTryAt === null;
      },
      20_000,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(deployment)}`);
    });
    return deployment;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sifaka-deploy-'));
    await run('ssh-keygen', ['-q', '-C', '', '-t', 'ed25519', '-N', '', '-f', join(folder, 'user')]);
    sshd = kept(await startSshd({ authorizedKeys: await readFile(join(folder, 'user.pub'), 'utf8') }));
    const other = await makeServerTls(folder);
    platform = await Platform.start({ env: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' } });
    stops.push(() => platform.dispose());
    admin = await platform.admin();
    ({ issuing: authority } = await createTwoTierPki(admin));
    options = { host: '127.0.0.1', port: sshd.port, user: sshd.user, privateKey: await readFile(join(folder, 'user'), 'utf8'), destinationPath: certs() };
    destination = expectOk(await admin.post('/destinations', configured()));
    current = await next();
    await ended(current, ['deployed']);
    nginx = kept(
      await startNginx({
        http: ({ ports: [port = 0] }) =>
          [
            `server { listen 127.0.0.1:${port} ssl default_server; server_name ${name}; ssl_certificate ${certs()}/${name}.crt; ssl_certificate_key ${certs()}/${name}.key; return 200 "ok"; }`,
            `server { listen 127.0.0.1:${port} ssl; server_name other.corp.test; ssl_certificate ${folder}/${other.certificateFile}; ssl_certificate_key ${folder}/${other.keyFile}; return 200 "other"; }`,
          ].join('\n'),
      }),
    );
    const quoted = nginx.reloadCommand.map((word) => `'${word}'`).join(' ');
    options = { ...options, privateKey: null, testCommand: quoted.replace(/ '-s' 'reload'$/, " '-t'"), reloadCommand: quoted, endpoints: `127.0.0.1:${nginx.port}#{CN}` };
    await configure();
  }, 180_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    await rm(folder, { recursive: true, force: true });
  });

  it(`drops no handshake of a client that asks ten times a second, through ${rotations} rotations`, async () => {
    const prober = startTlsProber({ port: nginx.port, serverName: name });
    const served = [current];
    for (let rotation = 1; rotation <= rotations; rotation += 1) {
      const successor = await next({ replaces: [{ id: current.id }] });
      expect(await ended(successor, ['deployed', 'failed'])).toMatchObject({ state: 'deployed', lastError: null, proofs: [expect.objectContaining({ port: nginx.port, isServed: true })] });
      current = successor;
      served.push(current);
    }
    await prober.waitFor(fingerprintOf(current));
    await prober.stop();
    expect(prober.failures).toEqual([]);
    expect(prober.seen.length).toBeGreaterThan(rotations);
    const known = new Set(served.map(fingerprintOf));
    expect(prober.fingerprints().filter((one) => !known.has(one))).toEqual([]);
    expect((await readdir(certs())).sort()).toEqual([`${name}.crt`, `${name}.key`]);
  }, 240_000);

  it('says of what was there before that another one took its place', async () => {
    const { items } = expectOk(await admin.get(`/destinations/${destination.id}/deployments?count=100`));
    expect(items.filter(({ state }: Json) => state === 'deployed').map(({ certificateId }: Json) => certificateId)).toEqual([current.id]);
    expect(new Set(items.filter(({ state }: Json) => state !== 'deployed').map(({ state }: Json) => state))).toEqual(new Set(['removed']));
  });

  const hangUp = () => `kill -HUP "$(cat '${nginx.pidFile}')"`;
  const faults: [string, () => Json, RegExp][] = [
    ['a key in another place than nginx reads it from', () => ({ keyPath: 'elsewhere.key' }), /key values mismatch/],
    ['such a key that nobody looks at before the reload', () => ({ keyPath: 'elsewhere.key', testCommand: '', reloadCommand: hangUp() }), /served|presents/],
    ['a chain that is not sent', () => ({ exportFormat: 'apache' }), /chain/],
    ['a reload that fails', () => ({ reloadCommand: 'echo the unit is masked; exit 5' }), /the unit is masked/],
    ['another virtual host', () => ({ endpoints: `127.0.0.1:${nginx.port}#other.corp.test` }), /served|presents/],
  ];

  it.each(faults)('serves the old certificate again within 5 s after %s', async (_what, changes, words) => {
    await configure(changes());
    const prober = startTlsProber({ port: nginx.port, serverName: name });
    try {
      const failed = await next();
      const deployment = await ended(failed, ['failed', 'deployed']);
      expect(deployment).toMatchObject({ state: 'failed', isRolledBack: true, lastError: expect.stringMatching(words) });
      await prober.waitUntilOnly(fingerprintOf(current));
    } finally {
      await prober.stop();
      await configure();
    }
    expect(prober.failures).toEqual([]);
    const other = prober.seen.filter(({ fingerprint }) => fingerprint !== fingerprintOf(current));
    expect((other.at(-1)?.at ?? 0) - (other[0]?.at ?? 0)).toBeLessThan(5_000);
  }, 60_000);

  it('is an endpoint of the inventory, whose certificate is not revoked while it is served', async () => {
    await waitUntil('the endpoint', async () => (await admin.get('/endpoints')).body.items.some((one: Json) => one.port === nginx.port && one.certificate?.id === current.id));
    const refused = await admin.put(`/certificates/${current.id}/revoke`, { crlReason: 'superseded' });
    expect(refused).toMatchObject({ status: 403, body: { reason: 'certificate.still_served', message: expect.stringContaining(String(nginx.port)) } });
    expect((await admin.get(`/certificates/${current.id}`)).body.status).not.toBe('revoked');
  });

  it('is rotated by its endpoint to the certificate that replaced the one it presents', async () => {
    const endpoint = expectOk(await admin.get('/endpoints')).items.find((one: Json) => one.port === nginx.port);
    const successor = await next({ replaces: [{ id: current.id }], destinations: [] });
    const plan = expectOk(await admin.post(`/endpoints/${endpoint.id}/rotate`, { dryRun: true }));
    expect(plan).toMatchObject({ refused: [], rotations: [{ id: null, state: 'planned', newCertificate: { id: successor.id } }] });
    expect(await servedFingerprint({ port: nginx.port, serverName: name })).toBe(fingerprintOf(current));
    const { rotations: [rotation] } = expectOk(await admin.post(`/endpoints/${endpoint.id}/rotate`, {}));
    await waitUntil('the rotation', async () => (await admin.get(`/rotations/${rotation.id}`)).body.state === 'succeeded', 20_000);
    expect(await servedFingerprint({ port: nginx.port, serverName: name })).toBe(fingerprintOf(successor));
    expect((await admin.get(`/endpoints/${endpoint.id}`)).body.certificate.id).toBe(successor.id);
  }, 40_000);
});
