import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createSecureContext, createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandLine } from './harness/command-line.js';
import { createAuthority, createCertificate, expectOk, freePort, waitUntil, type Client, type Json } from './harness/index.js';
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
  let admin: Client;
  let port: number;
  let server: Server;
  let servedFrom = certs;
  let authority: Json;
  let first: Json;
  let second: Json;

  const address = () => `127.0.0.1:${port}`;
  const request = (...more: string[]) => ['certificate', 'request', '--authority', String(authority.id), '--owner', 'team@corp.test', '--cn', name, '--destination', 'here', '--wait', ...more];
  const serialOf = ({ body }: Json) => new X509Certificate(body).serialNumber;

  beforeAll(async () => {
    port = await freePort();
    server = await startServer(port, () => servedFrom);
    admin = await platform().admin();
    authority = await createAuthority(admin);
    await line.login();
  }, 120_000);

  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it('adds a destination, names what is wrong with one, and tries it', async () => {
    const create = ['destination', 'create', 'here', '--type', 'file-destination', '--set'];
    const forbidden = await line.run([...create, 'destinationPath=/etc']);
    expect(forbidden).toMatchObject({ code: 1, out: '', said: expect.stringContaining('SIFAKA_FILE_DESTINATION_FOLDERS') });
    const made = await line.json([...create, `destinationPath=${certs}`, `endpoints=${address()}#{CN}`]);
    expect(made).toMatchObject({ label: 'here', plugin: { slug: 'file-destination' } });
    expect(await line.run(['destination', 'test', 'here'])).toMatchObject({ code: 0 });
    expect(await line.run(['destination', 'show', 'there'])).toMatchObject({ code: 4, said: expect.stringContaining('there is no destination "there"') });
  }, 60_000);

  it('requests a certificate that is served when the command ends', async () => {
    first = await line.json(request());
    expect(await presented(port)).toBe(serialOf(first));
    const { items } = expectOk(await admin.get(`/certificates/${first.id}/deployments`));
    expect(items).toMatchObject([{ state: 'deployed', destinationLabel: 'here', proofs: [{ port, isServed: true }] }]);
    expect((await line.run(['deployment', 'show', String(items[0].id)])).out).toMatch(/History +\S+ +requested\n(?:.+\n)+.* verified/);
  }, 60_000);

  it('finds the endpoint, and does not revoke what it presents', async () => {
    await waitUntil('the endpoint', async () => expectOk(await admin.get(`/endpoints?certificateId=${first.id}`)).total === 1, 30_000);
    expect(await line.json(['endpoint', 'show', address()])).toMatchObject({ certificate: { id: first.id }, rotatesBy: 'destination' });
    const refused = await line.run(['certificate', 'revoke', first.name, '--yes']);
    expect(refused).toMatchObject({ code: 3, said: expect.stringContaining(address()) });
    expect(expectOk(await admin.get(`/certificates/${first.id}`)).status).not.toBe('revoked');
  }, 60_000);

  it('rotates the endpoint to what replaced its certificate, after saying what it would do', async () => {
    second = await createCertificate(admin, { authority: { id: authority.id }, commonName: name, replaces: [{ id: first.id }] });
    const plan = await line.run(['rotation', 'due', '--dry-run']);
    expect(plan).toMatchObject({ code: 0, out: expect.stringMatching(/deploy: .*here.*\n.*verify: /) });
    expect(await presented(port)).toBe(serialOf(first));
    const { rotations, refused } = await line.json(['endpoint', 'rotate', address(), '--wait']);
    expect({ rotations, refused }).toMatchObject({ rotations: [{ state: 'succeeded', newCertificate: { id: second.id } }], refused: [] });
    expect(await presented(port)).toBe(serialOf(second));
  }, 60_000);

  it('says that a deployment failed when something else is served, and puts it right on request', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    for (const file of ['crt', 'key']) copyFileSync(join(certs, `${name}.${file}`), join(elsewhere, `${name}.${file}`));
    servedFrom = elsewhere;
    expect(await line.run(request())).toMatchObject({ code: 1, said: expect.stringContaining('here: failed, rolled back') });
    expect(new X509Certificate(readFileSync(join(certs, `${name}.crt`))).serialNumber).toBe(serialOf(second));
    servedFrom = certs;
    const retried = await line.run(['deployment', 'retry', '--destination', 'here', '--wait']);
    expect(retried).toMatchObject({ code: 0, said: expect.stringContaining('here: deployed') });
  }, 60_000);

  it('looks for certificates in files, and shows what could not be taken over', async () => {
    writeFileSync(join(certs, 'broken.pem'), '-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n');
    await line.json(['source', 'create', 'files', '--type', 'file-source', '--set', `path=${certs}`, '--schedule', 'none']);
    const { code, out, said } = await line.run(['source', 'sync', 'files', '--wait', '--json']);
    expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('sifaka source findings') });
    expect(JSON.parse(out)).toMatchObject([{ state: 'partial' }]);
    expect(await line.json(['source', 'findings', 'files'])).toMatchObject([{ what: expect.stringContaining('broken.pem') }]);
  }, 60_000);

  it('adds an endpoint by hand, and changes only what is named', async () => {
    const made = await line.json(['endpoint', 'add', 'localhost', '--port', String(port), '--server-name', name, '--certificate', String(first.id), '--inactive']);
    expect(made).toMatchObject({ name: `localhost:${port}`, active: false, expectedCertificate: { id: first.id } });
    const edited = await line.json(['endpoint', 'edit', `localhost:${port}`, '--name', 'by hand', '--no-certificate']);
    expect(edited).toMatchObject({ name: 'by hand', serverName: name, active: false, expectedCertificate: null });
  }, 60_000);

  it('puts a certificate to another place of use, withdraws it, and deletes the destination', async () => {
    const placed = await line.json(['certificate', 'deploy', second.name, '--to', 'here', '--wait']);
    expect(placed).toMatchObject({ owner: 'team@corp.test', replaces: [{ id: first.id }], destinations: [{ label: 'here' }] });
    expect(await presented(port)).toBe(serialOf(second));
    expect((await line.json(['certificate', 'withdraw', second.name, '--from', 'here'])).destinations).toEqual([]);
    expect(await line.run(['destination', 'delete', 'here', '--force', '--yes'])).toMatchObject({ code: 0 });
  }, 60_000);
});
