import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers, runSsh, startSshd, type Sshd, type SshResult } from '@sifaka/peers';
import { expectOk, type Client, type Json } from '../harness/index.js';
import { signedUp, unique, useWorld } from '../rest/world.js';

const world = useWorld();

const server = { extendedKeyUsage: { useServerAuthentication: true } };
const client = { extendedKeyUsage: { useClientAuthentication: true } };
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

describeWithPeers(['sshd'], 'an SSH authority', () => {
  let authority: Json;
  let sshd: Sshd;
  let host: Json;
  let rivera: Client;

  beforeAll(async () => {
    const { admin } = world();
    authority = expectOk(
      await admin.post('/authorities', {
        name: unique('Corp SSH'),
        owner: 'pki@corp.test',
        commonName: 'corp.test',
        keyType: 'ED25519',
        validityStart: inSeconds(-3 * 86_400),
        validityEnd: inSeconds(3_650 * 86_400),
        plugin: { slug: 'openssh-issuer', pluginOptions: [{ name: 'allowed_principals', value: 'deploy' }] },
      }),
    );
    rivera = await signedUp(admin, 'rivera', [`${authority.name}_operator`]);
    host = expectOk(await admin.post('/certificates', { owner: 'web@corp.test', authority: { id: authority.id }, commonName: 'shell.corp.test', keyType: 'ED25519', extensions: { ...server, subAltNames: { names: [{ nameType: 'DNSName', value: 'shell' }] } } }));
    sshd = await startSshd({
      trustedUserCaKeys: authority.authorityCertificate.body,
      hostKey: await keyOf(admin, host),
      hostCertificate: host.body,
      authorizedPrincipals: ['rivera', 'deploy'],
      revokedKeys: await krl(),
    });
  }, 60_000);
  afterAll(() => sshd.stop());

  const keyOf = async (by: Client, { id }: Json): Promise<string> => expectOk(await by.get(`/certificates/${id}/key`)).key;
  const krl = async (): Promise<Uint8Array> => {
    const answer = await fetch(`${world().platform.url}/api/1/authorities/${authority.id}/krl`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
    return new Uint8Array(await answer.arrayBuffer());
  };
  const ask = (by: Client, input: Json = {}) => by.post('/certificates', { owner: 'shift@corp.test', authority: { name: authority.name }, commonName: 'laptop', extensions: client, ...input });
  const logIn = async (by: Client, certificate: Json, hostAlias = 'shell.corp.test'): Promise<SshResult> =>
    runSsh(
      {
        port: sshd.port,
        user: sshd.user,
        privateKey: await keyOf(by, certificate),
        certificate: certificate.body,
        knownHosts: `@cert-authority *.corp.test,shell ${certificate.chain}`,
        hostAlias,
      },
      'echo in',
    );

  it('is its public key, in one line, as chain of all that it issues', () => {
    expect(authority.authorityCertificate).toMatchObject({ body: expect.stringMatching(/^ssh-ed25519 [A-Za-z0-9+/=]+$/), chain: null, cn: 'corp.test' });
    expect(host.chain).toBe(authority.authorityCertificate.body);
    expect(host.body).toMatch(/^ssh-ed25519-cert-v01@openssh\.com [A-Za-z0-9+/=]+ SAN-shell\.corp\.test-\S+ web@corp\.test$/);
    expect(host.domains.map(({ name }: Json) => name)).toEqual(['shell.corp.test', 'shell']);
  });

  it.each([undefined, 'RSA2048', 'ECCSECP384R1', 'ED25519'])('lets its users in with a key of type %s, without a question about the host', async (keyType) => {
    const certificate = expectOk(await ask(rivera, { keyType }));
    expect(certificate).toMatchObject({ cn: 'rivera', user: { username: 'rivera' }, chain: authority.authorityCertificate.body, status: null });
    expect(await keyOf(rivera, certificate)).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
    for (const name of ['shell.corp.test', 'shell']) expect(await logIn(rivera, certificate, name)).toMatchObject({ code: 0, stdout: 'in\n' });
    expect(sshd.log()).toContain(`ID ${certificate.name} shift@corp.test`);
  });

  it('gives users other names where the authority lets it', async () => {
    const deploy = expectOk(await ask(rivera, { extensions: { ...client, ssh: { principals: ['deploy'] } } }));
    expect(await logIn(rivera, deploy)).toMatchObject({ code: 0 });
    const refused = await ask(rivera, { extensions: { ...client, ssh: { principals: ['root'] } } });
    expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining('"root"')]);
    const foreign = expectOk(await ask(world().admin, { extensions: { ...client, ssh: { principals: ['somebody'] } } }));
    expect(await logIn(world().admin, foreign)).toMatchObject({ code: 255, stderr: expect.stringContaining('Permission denied') });
  });

  it('holds them to command and address', async () => {
    const ssh = { criticalOptions: { forceCommand: 'echo only this', sourceAddress: ['127.0.0.1'] } };
    expect(await logIn(rivera, expectOk(await ask(rivera, { extensions: { ...client, ssh } })))).toMatchObject({ code: 0, stdout: 'only this\n' });
    const elsewhere = { criticalOptions: { sourceAddress: ['192.0.2.0/24'] } };
    expect(await logIn(rivera, expectOk(await ask(rivera, { extensions: { ...client, ssh: elsewhere } })))).toMatchObject({ code: 255 });
  });

  it('lets nobody in with what has expired', async () => {
    const expired = expectOk(await ask(rivera, { validityStart: inSeconds(-7_200), validityEnd: inSeconds(-3_600) }));
    expect(await logIn(rivera, expired)).toMatchObject({ code: 255, stderr: expect.stringContaining('Permission denied') });
    expect(sshd.log()).toContain('Certificate invalid: expired');
  });

  it('lets nobody in with what was revoked, once the server has the list', async () => {
    const [kept, lost] = [expectOk(await ask(rivera)), expectOk(await ask(rivera))];
    expect(await logIn(rivera, lost)).toMatchObject({ code: 0 });
    expectOk(await rivera.put(`/certificates/${lost.id}/revoke`, { crlReason: 'keyCompromise', comments: 'left in a train' }));
    await sshd.setRevokedKeys(await krl());
    expect(await logIn(rivera, lost)).toMatchObject({ code: 255, stderr: expect.stringContaining('Permission denied') });
    expect(await logIn(rivera, kept)).toMatchObject({ code: 0 });
    expect(expectOk(await rivera.get(`/certificates/${lost.id}`))).toMatchObject({ status: 'revoked', notify: false });
  });

  it('stands in the inventory with all the others', async () => {
    const found = expectOk(await rivera.get('/certificates?filter=name;shell.corp.test'));
    expect(found.items.map(({ id }: Json) => id)).toContain(host.id);
    expect(expectOk(await rivera.get(`/certificates/${host.id}`))).toEqual(host);
    const exported = await world().admin.post(`/certificates/${host.id}/export`, { plugin: { slug: 'openssl-export', pluginOptions: [] } });
    expect([exported.status, exported.body.message]).toEqual([400, expect.stringContaining('OpenSSH')]);
  });

  it('refuses authorities below it, and requests without a template', async () => {
    const sub = await world().admin.post('/authorities', { name: unique('sub'), owner: 'pki@corp.test', commonName: 'x', type: 'subca', parent: { id: authority.id }, validityYears: 1, plugin: { slug: 'openssh-issuer' } });
    expect([sub.status, sub.text]).toEqual([400, expect.stringContaining('no authorities below')]);
    const neither = await ask(rivera, { extensions: {} });
    expect([neither.status, neither.text]).toEqual([400, expect.stringMatching(/Server Certificate.*Client Certificate/)]);
    expect((await world().anonymous.get(`/authorities/${world().authority.id}/krl`)).status).toBe(400);
    expect((await world().anonymous.get('/authorities/999999/krl')).status).toBe(404);
  });
});
