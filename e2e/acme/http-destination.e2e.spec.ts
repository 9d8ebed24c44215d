import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers, run, startChallengeServer, startMoto, startPebble, startSshd, type Moto, type Pebble, type Sshd } from '@sifaka/peers';
import { expectOk, freePort, Platform, waitUntil, type Client, type Json } from '../harness/index.js';
import { acmeAuthorityBody, createAcmeAuthority, issued, namesOf, pendingOf, request } from './world.js';

const challengePath = '/.well-known/acme-challenge/';
const bucket = 'challenges.example.test';
const prefix = 'tokens';
/** moto believes whoever signs in this form. */
const aws = { authorization: 'AWS4-HMAC-SHA256 Credential=a/b/us-east-1/s3/aws4_request' };

const named = (values: Readonly<Record<string, unknown>>) => Object.entries(values).map(([name, value]) => ({ name, value }));

describeWithPeers(['pebble', 'pebble-challtestsrv', 'sshd', 'moto'], 'certificates proved by HTTP-01 through destinations', () => {
  const stops: (() => Promise<unknown>)[] = [];
  let platform: Platform;
  let admin: Client;
  let pebble: Pebble;
  let sshd: Sshd;
  let moto: Moto;
  let folder: string;
  let sftp: Json;
  let s3: Json;

  const kept = <T extends { stop(): Promise<unknown> }>(peer: T): T => {
    stops.push(() => peer.stop());
    return peer;
  };
  const tokenFolder = () => join(folder, 'challenges');
  const fileTokens = async () => (await readdir(tokenFolder()).catch(() => [])).filter((name) => !name.startsWith('.'));
  const objectTokens = async () => (await (await fetch(`${moto.url}/${bucket}?list-type=2&prefix=${prefix}/`, { headers: aws })).text()).match(/<Key>[^<]+/g) ?? [];

  /** The web server of the names: those below `s3` are served from the bucket, all others from the folder. */
  function webServer(port: number): Promise<Server> {
    const server = createServer((incoming, outgoing) => {
      const read = async (): Promise<Buffer | null> => {
        const token = incoming.url?.startsWith(challengePath) === true ? incoming.url.slice(challengePath.length) : '';
        if (!/^[A-Za-z0-9_-]+$/.test(token)) return null;
        if (incoming.headers.host?.includes('.s3.test') !== true) return readFile(join(tokenFolder(), token)).catch(() => null);
        const answer = await fetch(`${moto.url}/${bucket}/${prefix}/${token}`, { headers: aws });
        return answer.ok ? Buffer.from(await answer.arrayBuffer()) : null;
      };
      void read().then((content) => outgoing.writeHead(content === null ? 404 : 200, { 'content-type': 'text/plain' }).end(content ?? 'nothing here'));
    });
    return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
  }

  const sftpOptions = async () => ({ host: '127.0.0.1', port: sshd.port, user: sshd.user, privateKey: await readFile(join(folder, 'user'), 'utf8'), destinationPath: tokenFolder() });
  const destination = async (label: string, slug: string, options: Json) => expectOk(await admin.post('/destinations', { label, description: 'of a test', plugin: { slug, pluginOptions: named(options) } }));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sifaka-http01-'));
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(folder, 'user')]);
    sshd = kept(await startSshd({ authorizedKeys: await readFile(join(folder, 'user.pub'), 'utf8'), sftpRoot: folder }));
    moto = kept(await startMoto());
    await fetch(`${moto.url}/${bucket}`, { method: 'PUT', headers: aws });
    const port = await freePort();
    const server = await webServer(port);
    stops.push(() => new Promise((resolve) => server.close(resolve)));
    const names = kept(await startChallengeServer());
    pebble = kept(await startPebble({ dnsServer: names.dnsAddress, httpPort: port }));
    platform = await Platform.start({ env: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', SIFAKA_ACME_RETRY_SECONDS: '0.1' } });
    stops.push(() => platform.dispose());
    admin = await platform.admin();
    sftp = await destination('web-sftp', 'sftp-destination', await sftpOptions());
    const keys = { access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'a secret of the bucket' };
    s3 = await destination('web-s3', 'aws-s3', { bucket, accountNumber: '123456789012', prefix: `${prefix}/`, endpoint: moto.url, ...keys });
  }, 180_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    await rm(folder, { recursive: true, force: true });
  });

  const authority = (tokenDestination: unknown) => createAcmeAuthority(admin, pebble, { tokenDestination }, 'acme-http-issuer');

  it('are shown without secrets, with the key of the host that was met', () => {
    const value = (name: string) => sftp.options.find((option: Json) => option.name === name)?.value;
    expect(value('hostKeyFingerprint')).toMatch(/^SHA256:/);
    expect(value('privateKey')).toBeNull();
    expect(sftp.plugin.pluginOptions).toEqual(sftp.options);
    expect(JSON.stringify([sftp, s3])).not.toMatch(/OPENSSH|a secret of the bucket/);
  });

  it('come through a folder over SFTP, and no token stays in it', async () => {
    const names = ['one.files.test', 'two.files.test', 'three.files.test'];
    const certificate = await issued(admin, await request(admin, { authority: await authority(sftp.id), names }));
    expect(namesOf(certificate)).toEqual([...names].sort());
    await waitUntil('tokens to be gone', async () => (await fileTokens()).length === 0);
  });

  it('come through a bucket, whose label the authority gives, and no token stays in it', async () => {
    const names = ['one.s3.test', 'two.s3.test'];
    const certificate = await issued(admin, await request(admin, { authority: await authority('web-s3'), names }));
    expect(namesOf(certificate)).toEqual(names);
    await waitUntil('tokens to be gone', async () => (await objectTokens()).length === 0);
  });

  it('are not asked for through a destination that is not there, or that several share a name with', async () => {
    for (const label of ['twin', 'twin']) await destination(label, 'sftp-destination', await sftpOptions());
    for (const [tokenDestination, words] of [['nowhere', 'does not exist'], ['999999', 'does not exist'], ['twin', 'several destinations']] as const) {
      const { status, body } = await admin.post('/authorities', await acmeAuthorityBody(pebble, { name: `ca-${tokenDestination}`, owner: 'team@corp.test', commonName: 'x' }, { tokenDestination }, 'acme-http-issuer'));
      expect({ status, body: JSON.stringify(body) }).toEqual({ status: 400, body: expect.stringContaining(words) });
    }
  });

  it('say why the destination refuses tokens', async () => {
    const made = await authority(sftp.id);
    await sshd.setAuthorizedKeys('');
    const pending = await request(admin, { authority: made, names: ['refused.files.test'] });
    await waitUntil('the refusal', async () => JSON.stringify(await pendingOf(admin, pending.id)).includes('does not let'));
    await sshd.setAuthorizedKeys(await readFile(join(folder, 'user.pub'), 'utf8'));
    const { isWorking } = expectOk(await admin.post(`/destinations/${sftp.id}/test`, {}));
    expect(isWorking).toBe(true);
  });
});
