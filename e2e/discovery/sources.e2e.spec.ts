import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers, run, startNginx, startPostfix, startPostgres, startSlapd, type Nginx } from '@sifaka/peers';
import { createCertificate, createTwoTierPki, expectOk, Platform, waitUntil, type Client, type Json } from '../harness/index.js';
import { signedUp } from '../rest/world.js';
import { fingerprintOf, named, ownCertificate, shownToOpenssl, startHostile } from './servers.js';

const ended = ['succeeded', 'partial', 'failed'];
const password = 'of the store';

describeWithPeers(['nginx', 'postfix', 'slapd', 'openssl'], 'certificates that servers present', () => {
  const stops: (() => Promise<unknown>)[] = [];
  const ports: Record<string, number> = {};
  let folder: string;
  let platform: Platform;
  let admin: Client;
  let reader: Client;
  let nginx: Nginx;
  let network: Json;
  let interrupted: { source: Json; run: Json };
  const issued: Record<string, Json> = {};

  const kept = <T extends { stop(): Promise<unknown> }>(peer: T): T => {
    stops.push(() => peer.stop());
    return peer;
  };
  const at = (name: string): number => ports[name] ?? 0;
  const files = () => join(folder, 'files');
  const source = (label: string, slug: string, options: Json, more: Json = {}) => ({ label, description: 'of a test', schedule: null, plugin: { slug, pluginOptions: named(options) }, ...more });
  const runOf = async (of: Json, run: Json): Promise<Json> => expectOk(await admin.get(`/sources/${of.id}/runs?count=50`)).items.find(({ id }: Json) => id === run.id);
  const findingsOf = async (of: Json, run: Json): Promise<Json[]> => expectOk(await admin.get(`/sources/${of.id}/runs/${run.id}/findings?count=100`)).items;
  const endpointsOf = async (of: Json): Promise<Json[]> => expectOk(await admin.get(`/endpoints?count=100&sourceId=${of.id}`)).items;
  const endpointAt = async (name: string): Promise<Json> => (await endpointsOf(network)).find(({ port }) => port === at(name));
  const issuesOf = ({ issues }: Json): string[] => issues.map(({ name }: Json) => name).sort();

  /** Looks at a source; a new one is looked at already. */
  async function sync(of: Json): Promise<Json> {
    const begun = expectOk(await admin.post(`/sources/${of.id}/sync`, {}));
    let run = begun;
    await waitUntil(
      `run ${begun.id} of ${of.label}`,
      async () => {
        run = await runOf(of, begun);
        return ended.includes(run.state);
      },
      30_000,
    );
    return run;
  }

  async function startServers(): Promise<void> {
    const [expired, other] = await Promise.all([ownCertificate('expired.corp.test', { from: '20250101000000Z', to: '20250601000000Z' }), ownCertificate('other.corp.test')]);
    const { issuing } = await createTwoTierPki(admin);
    const pem: Record<string, string> = { 'expired.pem': expired.certificate, 'expired.key': expired.key, 'other.pem': other.certificate, 'other.key': other.key };
    for (const name of ['legacy', 'proper', 'spare']) {
      const made = await createCertificate(admin, { authority: { id: issuing.id }, commonName: 'localhost', keyType: 'RSA2048' });
      const { key } = expectOk(await admin.get(`/certificates/${made.id}/key`));
      issued[name] = made;
      pem[`${name}.pem`] = `${made.body}\n${made.chain}`;
      pem[`${name}.key`] = key;
    }
    const sites = ['legacy', 'proper', 'expired', 'other', 'spare'];
    nginx = kept(
      await startNginx({
        ports: sites.length,
        files: pem,
        http: (place) =>
          sites
            .map((name, index) => {
              const old = name === 'legacy' ? 'ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0;' : 'ssl_protocols TLSv1.2 TLSv1.3;';
              // A second address far behind the first one, for a scan of a block.
              const second = name === 'spare' ? `listen 127.0.0.200:${place.ports[index]} ssl;` : '';
              return `server { listen 127.0.0.1:${place.ports[index]} ssl; ${second} ${old} ssl_certificate ${place.folder}/${name}.pem; ssl_certificate_key ${place.folder}/${name}.key; return 200; }`;
            })
            .join('\n'),
      }),
    );
    for (const [index, name] of sites.entries()) ports[name] = nginx.ports[index] ?? 0;
    const [postfix, postgres, slapd] = await Promise.all([startPostfix(), startPostgres(), startSlapd()]);
    Object.assign(ports, { postfix: kept(postfix).port, postgres: kept(postgres).port, slapd: kept(slapd).port });
    ports.hanging = kept(await startHostile(() => undefined)).port;
    ports.garbage = kept(await startHostile((socket) => socket.end(Buffer.alloc(40_000, 0x16)))).port;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sifaka-sources-'));
    await mkdir(files());
    platform = await Platform.start({ env: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.0/8', SIFAKA_FILE_SOURCE_FOLDERS: files() } });
    stops.push(() => platform.dispose());
    admin = await platform.admin();
    reader = await signedUp(admin, 'reader', ['read-only']);
    await startServers();
  }, 180_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    await rm(folder, { recursive: true, force: true });
  });

  // Half a minute passes until it is taken up again: the rest happens meanwhile.
  it('of a look that is cut off are found by another process', async () => {
    const made = expectOk(await admin.post('/sources', source('block', 'network-source', { networks: '127.0.0.0/24', ports: String(at('spare')), rate: 40, survey: 'certificates' })));
    const run = expectOk(await admin.post(`/sources/${made.id}/sync`, {}));
    await waitUntil('the first address of the block', async () => (await runOf(made, run)).counts.endpointsFound === 1, 20_000);
    await platform.kill();
    await platform.start();
    admin = await platform.admin();
    interrupted = { source: made, run };
    expect((await runOf(made, run)).state).not.toBe('succeeded');
  }, 60_000);

  it('are found by one look at a network, which says of hostile servers what they did', async () => {
    const direct = ['legacy', 'expired', 'hanging', 'garbage'].map((name) => `127.0.0.1:${at(name)}`);
    const hosts = [...direct, `localhost:${at('proper')}`, `localhost:${at('other')}`, `127.0.0.1:${at('postfix')}/smtp`, `127.0.0.1:${at('postgres')}/postgres`, `127.0.0.1:${at('slapd')}/ldap`];
    network = expectOk(await admin.post('/sources', source('loopback', 'network-source', { hosts: hosts.join(', '), timeout_seconds: 2 })));
    const run = await sync(network);
    // Those that the platform issued are in its inventory already.
    expect(run).toMatchObject({ state: 'partial', error: null, counts: { certificatesFound: 7, certificatesNew: 5, certificatesLinked: 7, certificatesRefused: 0, endpointsFound: 7, endpointsNew: 7, endpointsSkipped: 0, faults: 2 } });
    const findings = await findingsOf(network, run);
    expect(new Map(findings.map(({ what, kind }) => [what, kind]))).toEqual(new Map([[`127.0.0.1:${at('hanging')}`, 'fault'], [`127.0.0.1:${at('garbage')}`, 'fault']]));
    expect(findings.every(({ reason }) => reason.length > 10)).toBe(true);
    expect(expectOk(await admin.get(`/sources/${network.id}`))).toMatchObject({ active: true, schedule: null, nextRunAt: null, lastSync: { id: run.id, state: 'partial' } });
  }, 60_000);

  it('are those that OpenSSL is shown there', async () => {
    const shown = { legacy: undefined, proper: undefined, expired: undefined, other: undefined, postfix: 'smtp', postgres: 'postgres', slapd: 'ldap' } as const;
    for (const [name, startTls] of Object.entries(shown)) {
      const { certificate, startTls: spoken } = await endpointAt(name);
      const { body, sources } = expectOk(await admin.get(`/certificates/${certificate.id}`));
      expect({ name, fingerprint: fingerprintOf(body), spoken }).toEqual({ name, fingerprint: await shownToOpenssl(at(name), startTls), spoken: startTls ?? null });
      if (sources !== undefined) expect(sources.map(({ id }: Json) => id)).toContain(network.id);
    }
    expect((await endpointAt('legacy')).certificate.id).toBe(issued.legacy.id);
  }, 60_000);

  it('stand at endpoints with their protocol versions and with what is wrong there', async () => {
    const versions = ({ policy }: Json): string[] => policy.ciphers.map(({ name }: Json) => name).filter((name: string) => name.startsWith('Protocol-')).sort();
    const legacy = await endpointAt('legacy');
    expect(versions(legacy)).toEqual(['Protocol-TLSv1', 'Protocol-TLSv1.1', 'Protocol-TLSv1.2']);
    expect(legacy.policy.ciphers.filter(({ deprecated }: Json) => deprecated).map(({ name }: Json) => name)).toEqual(['Protocol-TLSv1']);
    expect(issuesOf(legacy)).toEqual(['deprecated cipher', 'deprecated protocol']);
    const proper = await endpointAt('proper');
    expect([versions(proper), issuesOf(proper)]).toEqual([['Protocol-TLSv1.2', 'Protocol-TLSv1.3'], []]);
    expect(issuesOf(await endpointAt('expired'))).toEqual(['expired certificate', 'untrusted chain']);
    expect(issuesOf(await endpointAt('other'))).toEqual(['untrusted chain', 'wrong host name']);
    for (const name of ['postfix', 'postgres', 'slapd']) expect(issuesOf(await endpointAt(name))).toEqual(expect.arrayContaining(['untrusted chain']));
  });

  it('are as they were after another look that finds the same', async () => {
    const seen = async () => ({ endpoints: await endpointsOf(network), total: expectOk(await admin.get('/certificates?count=1&showExpired=1')).total });
    const withoutLooks = ({ endpoints, total }: Json) => ({ total, endpoints: endpoints.map(({ lastCheckedAt: _at, ...rest }: Json) => rest) });
    const before = await seen();
    const run = await sync(network);
    expect(run.counts).toMatchObject({ certificatesFound: 7, certificatesNew: 0, certificatesLinked: 0, certificatesUnlinked: 0, endpointsNew: 0, endpointsChanged: 0, endpointsExpired: 0, faults: 2 });
    expect(withoutLooks(await seen())).toEqual(withoutLooks(before));
  }, 60_000);

  it('are not looked for where no administrator of the installation allows it', async () => {
    const refused = await admin.post('/sources', source('private', 'network-source', { hosts: '10.0.0.1' }));
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('SIFAKA_OUTBOUND_ALLOWED_HOSTS')]);
    const outside = await admin.post('/sources', source('etc', 'file-source', { path: '/etc/ssl' }));
    expect([outside.status, outside.text]).toEqual([400, expect.stringContaining('SIFAKA_FILE_SOURCE_FOLDERS')]);
    expect(expectOk(await admin.get('/sources')).items.map(({ label }: Json) => label).sort()).toEqual(['block', 'loopback']);
  });

  it('are kept of an endpoint made by hand, which is looked at, changed and deleted', async () => {
    const body = { name: 'by hand', dnsname: '127.0.0.1', port: at('proper'), serverName: 'localhost', certificate: { id: issued.spare.id } };
    const made = expectOk(await admin.post('/endpoints', body));
    expect(await admin.post('/endpoints', body)).toMatchObject({ status: 409 });
    const checked = expectOk(await admin.post(`/endpoints/${made.id}/check`, {}));
    expect(checked).toMatchObject({ type: 'manual', certificate: { id: issued.proper.id }, expectedCertificate: { id: issued.spare.id }, lastError: null });
    expect(issuesOf(checked)).toEqual(['wrong certificate']);
    const changed = expectOk(await admin.put(`/endpoints/${made.id}`, { ...body, name: 'renamed', certificate: { id: issued.proper.id } }));
    expect([changed.name, issuesOf(changed)]).toEqual(['renamed', []]);
    const moved = expectOk(await admin.put(`/endpoints/${made.id}`, { ...body, port: at('garbage') }));
    expect(expectOk(await admin.post(`/endpoints/${moved.id}/check`, {})).lastError).toMatch(/.{10}/);
    expectOk(await admin.delete(`/endpoints/${made.id}`));
    expect((await admin.get(`/endpoints/${made.id}`)).status).toBe(404);
  }, 60_000);

  it('are found in files, and a broken one is a finding that says why', async () => {
    const one = await ownCertificate('one.corp.test');
    const two = await ownCertificate('two.corp.test');
    await writeFile(join(files(), 'one.pem'), one.certificate);
    await writeFile(join(files(), 'broken.pem'), one.certificate.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'));
    await writeFile(join(folder, 'two.pem'), `${two.certificate}\n${two.key}`);
    await run('openssl', ['pkcs12', '-export', '-in', join(folder, 'two.pem'), '-out', join(files(), 'two.p12'), '-passout', `pass:${password}`]);
    const made = expectOk(await admin.post('/sources', source('files', 'file-source', { path: files(), passwords: password })));
    const look = await sync(made);
    expect(look).toMatchObject({ state: 'partial', counts: { certificatesFound: 2, certificatesNew: 2 } });
    expect(await findingsOf(made, look)).toEqual([expect.objectContaining({ what: expect.stringContaining('broken.pem'), reason: expect.stringMatching(/.{10}/) })]);
    const { items } = expectOk(await admin.get('/certificates?count=100'));
    expect(items.map(({ body }: Json) => fingerprintOf(body))).toEqual(expect.arrayContaining([fingerprintOf(one.certificate), fingerprintOf(two.certificate)]));
    await rm(join(files(), 'one.pem'));
    await rm(join(files(), 'broken.pem'));
    expect(await sync(made)).toMatchObject({ state: 'succeeded', counts: { certificatesFound: 1, certificatesLinked: 0, certificatesUnlinked: 1 } });
  }, 60_000);

  it('are looked for by schedule where that is wanted, and not where a source is inactive', async () => {
    const [files] = expectOk(await admin.get('/sources?filter=label;files')).items;
    const { items } = expectOk(await admin.get(`/sources/${files.id}/runs`));
    const body = { label: 'files', description: 'still', plugin: files.plugin };
    const daily = expectOk(await admin.put(`/sources/${files.id}`, { ...body, schedule: '0 3 * * *', active: true }));
    expect(new Date(daily.nextRunAt).getUTCHours()).toBe(3);
    const inactive = expectOk(await admin.put(`/sources/${files.id}`, { ...body, schedule: '* * * * *', active: false }));
    expect(inactive).toMatchObject({ active: false, nextRunAt: null });
    expect(expectOk(await admin.get(`/sources/${files.id}/runs`)).total).toBe(items.length);
    const refused = await admin.put(`/sources/${files.id}`, { ...body, schedule: 'each morning' });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('schedule')]);
    // Its password came back as null, and is what it was.
    expect(await sync(inactive)).toMatchObject({ state: 'succeeded', counts: { certificatesFound: 1, faults: 0 } });
  }, 60_000);

  it('are seen by everybody, their places changed by administrators alone, and no secret of theirs is seen', async () => {
    const [files] = expectOk(await reader.get('/sources?filter=label;files')).items;
    for (const options of [files.options, files.plugin.pluginOptions]) expect(options.find(({ name }: Json) => name === 'passwords').value).toBeNull();
    expect(JSON.stringify(expectOk(await admin.get('/sources')))).not.toContain(password);
    const body = source('mine', 'network-source', { hosts: `127.0.0.1:${at('proper')}` });
    const answers = [
      await reader.post('/sources', body),
      await reader.post('/sources/test', { plugin: body.plugin }),
      await reader.put(`/sources/${files.id}`, body),
      await reader.delete(`/sources/${files.id}`),
      await reader.post(`/sources/${files.id}/sync`, {}),
      await reader.post('/endpoints', { name: 'x', dnsname: '127.0.0.1', port: 443 }),
      await platform.anonymous.get('/sources'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403, 401]);
    expect((await reader.get(`/endpoints/${(await endpointAt('proper')).id}`)).status).toBe(200);
  });

  it('of the look that was cut off are all there in the end, each once', async () => {
    const { source: of, run } = interrupted;
    let last: Json;
    await waitUntil('the run that was cut off', async () => ended.includes((last = await runOf(of, run)).state), 60_000);
    expect(last).toMatchObject({ state: 'succeeded', resumptions: 1, counts: { certificatesNew: 0, endpointsFound: 2, endpointsNew: 2, faults: 0 } });
    expect((await endpointsOf(of)).map(({ dnsname }) => dnsname).sort()).toEqual(['127.0.0.1', '127.0.0.200']);
  }, 90_000);
});
