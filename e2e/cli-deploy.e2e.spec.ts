import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createSecureContext, createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandLine } from './harness/command-line.js';
import { freePort, waitUntil, type Json } from './harness/index.js';
import { usePlatform } from './harness/suite.js';

const name = 'www.corp.test';
const folder = mkdtempSync(join(tmpdir(), 'sifaka-cli-deploy-'));
const certs = join(folder, 'certs');
mkdirSync(certs);

/** A server that reads its files anew for every client, as one that was just reloaded would. */
async function startServer(port: number, from: () => string): Promise<Server> {
  const server = createServer({
    SNICallback: (_, answer) => {
      try {
        answer(null, createSecureContext({ cert: readFileSync(join(from(), `${name}.crt`)), key: readFileSync(join(from(), `${name}.key`)) }));
      } catch (error) {
        answer(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

function presented(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', servername: name, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.serialNumber ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

describe('the sifaka command with certificates that are put to use', () => {
  const platform = usePlatform({
    env: { SIFAKA_FILE_DESTINATION_FOLDERS: certs, SIFAKA_FILE_SOURCE_FOLDERS: certs, SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1' },
  });
  const line = new CommandLine(platform, folder);
  let port: number;
  let server: Server;
  let servedFrom = certs;
  let first: Json;
  let second: Json;

  const address = () => `127.0.0.1:${port}`;
  const request = (...more: string[]) =>
    line.json(['certificate', 'request', '--authority', 'Place CA', '--owner', 'team@corp.test', '--cn', name, '--wait', ...more]);
  const serialOf = ({ body }: Json) => new X509Certificate(body).serialNumber;

  beforeAll(async () => {
    port = await freePort();
    server = await startServer(port, () => servedFrom);
    await line.login();
    await line.json(['authority', 'create', 'Place CA', '--owner', 'pki@corp.test']);
  }, 120_000);

  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it('adds a destination, names what is wrong with one, and tries it', async () => {
    const create = ['destination', 'create', 'here', '--type', 'file-destination'];
    const forbidden = await line.run([...create, '--set', 'destinationPath=/etc']);
    expect(forbidden).toMatchObject({ code: 1, out: '', said: expect.stringContaining('SIFAKA_FILE_DESTINATION_FOLDERS') });
    const made = await line.json([...create, '--set', `destinationPath=${certs}`, `endpoints=${address()}#{CN}`]);
    expect(made).toMatchObject({ label: 'here', plugin: { slug: 'file-destination' } });
    expect(await line.run(['destination', 'test', 'here'])).toMatchObject({ code: 0 });
    expect((await line.run(['destination', 'list'])).out).toContain('file-destination');
    expect((await line.run(['destination', 'types'])).out).toMatch(/^ssh-destination /m);
    expect(await line.run(['destination', 'show', 'there'])).toMatchObject({ code: 4, said: expect.stringContaining('there is no destination "there"') });
  }, 30_000);

  it('requests a certificate that is served when the command ends', async () => {
    first = await request('--destination', 'here');
    expect(await presented(port)).toBe(serialOf(first));
    const [deployment] = await line.json(['deployment', 'list', '--certificate', first.name]);
    expect(deployment).toMatchObject({ state: 'deployed', destinationLabel: 'here', proofs: [expect.objectContaining({ port, isServed: true })] });
    expect((await line.run(['deployment', 'show', String(deployment.id)])).out).toMatch(/History +\S+ +requested\n(?:.+\n)+.* verified/);
  }, 30_000);

  it('finds the endpoint, and does not revoke what it presents', async () => {
    await waitUntil('the endpoint', async () => (await line.json(['endpoint', 'list', '--certificate', first.name])).length === 1, 15_000);
    expect(await line.json(['endpoint', 'show', address()])).toMatchObject({ certificate: { id: first.id }, rotatesBy: 'destination' });
    const refused = await line.run(['certificate', 'revoke', first.name, '--yes']);
    expect(refused).toMatchObject({ code: 3, said: expect.stringContaining(address()) });
    expect((await line.json(['certificate', 'show', first.name])).status).not.toBe('revoked');
  }, 30_000);

  it('rotates the endpoint to what replaced its certificate, after saying what it would do', async () => {
    second = await request('--replaces', first.name);
    const plan = await line.run(['rotation', 'due', '--dry-run']);
    expect(plan).toMatchObject({ code: 0, out: expect.stringMatching(/deploy: .*here.*\n.*verify: /) });
    expect(await presented(port)).toBe(serialOf(first));
    const { rotations, refused } = await line.json(['endpoint', 'rotate', address(), '--wait']);
    expect({ rotations, refused }).toMatchObject({ rotations: [{ state: 'succeeded', newCertificate: { id: second.id } }], refused: [] });
    expect(await presented(port)).toBe(serialOf(second));
    expect((await line.run(['rotation', 'show', String(rotations[0].id)])).out).toContain('verify (done)');
    expect(await line.run(['certificate', 'revoke', first.name, '--reason', 'superseded', '--yes'])).toMatchObject({ code: 0 });
  }, 30_000);

  it('says that a deployment failed when something else is served, and puts it right on request', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    for (const file of ['crt', 'key']) copyFileSync(join(certs, `${name}.${file}`), join(elsewhere, `${name}.${file}`));
    servedFrom = elsewhere;
    const ended = await line.run(['certificate', 'request', '--authority', 'Place CA', '--owner', 'team@corp.test', '--cn', name, '--destination', 'here', '--wait']);
    expect(ended).toMatchObject({ code: 1, said: expect.stringContaining('here: failed, rolled back') });
    expect(new X509Certificate(readFileSync(join(certs, `${name}.crt`))).serialNumber).toBe(serialOf(second));
    servedFrom = certs;
    const [failed] = await line.json(['deployment', 'list', '--state', 'failed']);
    expect(failed).toMatchObject({ isRolledBack: true, lastError: expect.stringContaining(address()) });
    expect(await line.run(['deployment', 'retry', '--destination', 'here', '--wait'])).toMatchObject({ code: 0, said: expect.stringContaining('here: deployed') });
  }, 40_000);

  it('looks for certificates in files, and shows what could not be taken over', async () => {
    await line.json(['source', 'create', 'files', '--type', 'file-source', '--set', `path=${certs}`, '--schedule', 'none']);
    const broken = join(certs, 'broken.pem');
    writeFileSync(broken, '-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n');
    const { code, out, said } = await line.run(['source', 'sync', 'files', '--wait', '--json']);
    expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('sifaka source findings') });
    expect(JSON.parse(out)).toMatchObject([{ state: 'partial' }]);
    expect(await line.json(['source', 'findings', 'files'])).toMatchObject([{ what: expect.stringContaining('broken.pem') }]);
    expect((await line.json(['source', 'runs', 'files'])).length).toBeGreaterThan(0);
    expect(await line.run(['source', 'delete', 'files', '--yes'])).toMatchObject({ code: 0 });
  }, 40_000);

  it('adds an endpoint by hand and looks at it', async () => {
    const made = await line.json(['endpoint', 'add', 'localhost', '--port', String(port), '--server-name', name, '--certificate', String(first.id), '--inactive']);
    expect(made).toMatchObject({ name: `localhost:${port}`, active: false, expectedCertificate: { id: first.id } });
    expect(await line.json(['endpoint', 'edit', `localhost:${port}`, '--name', 'by hand', '--no-certificate'])).toMatchObject({ name: 'by hand', serverName: name, expectedCertificate: null });
    expect(await line.run(['endpoint', 'delete', 'by hand', '--yes'])).toMatchObject({ code: 0 });
  }, 30_000);

  it('withdraws a certificate, and deletes the destination', async () => {
    expect((await line.json(['certificate', 'deploy', second.name, '--to', 'here', '--wait'])).destinations).toHaveLength(1);
    expect((await line.json(['certificate', 'withdraw', second.name, '--from', 'here'])).destinations).toEqual([]);
    const asked = await line.run(['destination', 'delete', 'here']);
    expect(asked).toMatchObject({ code: 1, said: expect.stringContaining('--yes') });
    expect(await line.run(['destination', 'delete', 'here', '--force', '--yes'])).toMatchObject({ code: 0 });
  }, 40_000);
});
