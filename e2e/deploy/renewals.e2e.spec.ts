import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers, servedFingerprint, startNginx, type Nginx } from '@sifaka/peers';
import { certificateBody, createCertificate, createTwoTierPki, expectOk, openssl, Platform, waitUntil, type Client, type Json } from '../harness/index.js';
import { fingerprintOf, named, ownCertificate } from '../discovery/servers.js';

describeWithPeers(['nginx', 'openssl'], 'files of the machine of the platform', () => {
  let folder: string;
  let nginx: Nginx;
  let platform: Platform;
  let admin: Client;
  let issuing: Json;

  const destination = async (label: string, options: Json): Promise<Json> => expectOk(await admin.post('/destinations', { label, description: 'of a test', plugin: { slug: 'file-destination', pluginOptions: named(options) } }));
  const timelineOf = async ({ id }: Json): Promise<Json[]> => expectOk(await admin.get(`/certificates/${id}/timeline`)).items;
  const isServed = ({ body, name }: Json) => waitUntil(`${name} to be served`, async () => (await servedFingerprint({ port: nginx.port })) === fingerprintOf(body), 30_000);
  const isAtEndpoint = ({ id, name }: Json) => waitUntil(`the endpoint of ${name}`, async () => expectOk(await admin.get('/endpoints?count=10')).items.some(({ certificate }: Json) => certificate?.id === id), 30_000);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sifaka-renewals-'));
    const { certificate, key } = await ownCertificate('edge.corp.test');
    nginx = await startNginx({
      files: { 'server.pem': certificate, 'server.key': key },
      http: ({ folder: own, ports: [port = 0] }) => `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${own}/server.pem; ssl_certificate_key ${own}/server.key; return 200 "ok"; }`,
    });
    const allowed = { SIFAKA_FILE_DESTINATION_FOLDERS: `${folder},${nginx.folder}`, SIFAKA_FILE_DESTINATION_COMMANDS: JSON.stringify([nginx.reloadCommand.join(' ')]) };
    platform = await Platform.start({ env: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', ...allowed } });
    admin = await platform.admin();
    ({ issuing } = await createTwoTierPki(admin));
  }, 180_000);
  afterAll(async () => {
    await platform.dispose();
    await nginx.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('hold what a reissue made: the server presents it in place of the old one, and the timeline says so', async () => {
    const reloadCommand = nginx.reloadCommand.join(' ');
    const place = await destination('edge', { destinationPath: nginx.folder, certificatePath: 'server.pem', keyPath: 'server.key', reloadCommand, endpoints: `127.0.0.1:${nginx.port}`, servedWithin: 20 });
    const body = { ...certificateBody({ authority: { id: issuing.id }, commonName: 'edge.corp.test' }), destinations: [{ id: place.id }] };
    const first = expectOk(await admin.post('/certificates', body));
    await isServed(first);
    await isAtEndpoint(first);
    const { certificate: second } = expectOk(await admin.post(`/certificates/${first.id}/reissue`, {}));
    await isServed(second);
    await isAtEndpoint(second);
    const told = (certificate: Json, kind: string) => waitUntil(`${kind} of ${certificate.name}`, async () => (await timelineOf(certificate)).some((entry) => entry.kind === kind && entry.state === 'done'), 30_000);
    await told(second, 'rotation');
    expect((await timelineOf(second)).find(({ kind }) => kind === 'deployed')).toMatchObject({ state: 'done', title: 'Deployed to destination "edge"', detail: `presented at 127.0.0.1:${nginx.port}` });
    expect((await timelineOf(first)).find(({ title }) => title === 'Gone from destination "edge"')).toMatchObject({ state: 'done' });
  }, 120_000);

  it('are where revocation lists of an authority are published, which OpenSSL verifies', async () => {
    const lists = join(folder, 'lists');
    const place = await destination('lists', { destinationPath: lists });
    const revoked = await createCertificate(admin, { authority: { id: issuing.id }, commonName: 'gone.corp.test' });
    const set = (destinations: Json[]) => admin.put(`/authorities/${issuing.id}/crl/destinations`, { destinations });
    expect(expectOk(await set([{ id: place.id }])).destinations).toMatchObject([{ destination: { id: place.id, label: 'lists' } }]);
    expectOk(await admin.put(`/certificates/${revoked.id}/revoke`, { crlReason: 'keyCompromise', comments: 'of a test' }));
    const serial = BigInt(revoked.serial).toString(16).toUpperCase();
    await waitUntil('the revoked one in the published list', async () => (await shownList(lists)).includes(serial), 100_000);
    const { destinations } = expectOk(await admin.get(`/authorities/${issuing.id}/revocation`));
    expect(destinations).toMatchObject([{ lastError: null, publishedAt: expect.any(String) }]);
    expect(expectOk(await set([])).destinations).toEqual([]);
    await waitUntil('the lists to be gone', async () => (await readdir(lists)).length === 0, 30_000);
  }, 150_000);
});

/** As OpenSSL reads the full list; empty while there is none. */
async function shownList(folder: string): Promise<string> {
  const name = (await readdir(folder).catch(() => [])).find((each) => each.endsWith('.crl') && !each.endsWith('-delta.crl') && !each.startsWith('.'));
  if (name === undefined) return '';
  return (await openssl(['crl', '-inform', 'DER', '-noout', '-text'], await readFile(join(folder, name)))).stdout;
}
