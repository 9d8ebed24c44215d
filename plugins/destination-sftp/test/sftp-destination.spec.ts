import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { describeWithPeers, run, startSshd, type Sshd } from '@sifaka/peers';
import { toOpensshPrivateKey } from '@sifaka/pki';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeDestination, loopbackOutbound, makeDestination, testContext, testDeployable, type DestinationSubject } from '@sifaka/plugin-sdk/conformance';
import { fileStem } from '@sifaka/certificate-files';
import plugin from '../src/index.js';

let folder: string;
let root: string;
let sshd: Sshd;
let userKey: string;

const fingerprintOf = (publicLine: string): string => `SHA256:${createHash('sha256').update(Buffer.from(publicLine.split(' ')[1] ?? '', 'base64')).digest('base64').replace(/=+$/, '')}`;
const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const privateFile = (name: string) => readFile(join(folder, name), 'utf8');
const keygen = (...args: string[]) => run('ssh-keygen', ['-q', '-C', '', ...args], { cwd: folder });

async function filesBelow(path: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    const at = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(relative(path, at), await readFile(at));
  }
  return found;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sifaka-sftp-test-'));
  root = join(folder, 'root');
  await mkdir(root);
  await keygen('-t', 'ed25519', '-N', '', '-f', 'user');
  await keygen('-t', 'ed25519', '-N', '', '-f', 'stranger');
  userKey = await privateFile('user');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describeWithPeers(['sshd'], 'files on a real sshd', () => {
  const subject: DestinationSubject = {
    plugin,
    options: [],
    contents: () => filesBelow(root),
    wrongCredentials: [],
    away: named({ port: 1 }),
  };
  const one = (changes: Record<string, unknown> = {}) => makeDestination(subject, named(changes)).destination;

  beforeAll(async () => {
    sshd = await startSshd({ authorizedKeys: await privateFile('user.pub'), sftpRoot: root });
    const stranger = await privateFile('stranger');
    subject.options = named({ host: '127.0.0.1', port: sshd.port, user: sshd.user, privateKey: userKey, hostKeyFingerprint: fingerprintOf(sshd.hostPublicKey), destinationPath: join(root, 'certs') });
    subject.wrongCredentials = named({ privateKey: stranger });
  });
  afterAll(() => sshd.stop());

  // The subject is complete when the checks run, not when they are declared.
  describeDestination(subject);

  it('lie where Lemur put them, and the key is for its owner alone', async () => {
    const certificate = testDeployable({ commonName: 'www.layout.test' });
    expect(await one().upload(certificate)).toEqual({ externalId: join(root, 'certs', 'www.layout.test') });
    const place = join(root, 'certs', 'www.layout.test');
    expect((await readdir(place)).sort()).toEqual(['www.layout.test.key', 'www.layout.test.pem']);
    expect((await stat(join(place, 'www.layout.test.key'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(place, 'www.layout.test.pem'))).mode & 0o777).toBe(0o644);
    const pem = await readFile(join(place, 'www.layout.test.pem'), 'utf8');
    expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
    const key = createPrivateKey(await readFile(join(place, 'www.layout.test.key')));
    expect(new X509Certificate(pem).checkPrivateKey(key)).toBe(true);
  });

  it('have the chain apart for Apache', async () => {
    await one({ exportFormat: 'Apache' }).upload(testDeployable({ commonName: 'www.apache.test' }));
    const place = join(root, 'certs', 'www.apache.test');
    expect((await readdir(place)).sort()).toEqual(['www.apache.test.ca.bundle.pem', 'www.apache.test.key', 'www.apache.test.pem']);
    expect((await readFile(join(place, 'www.apache.test.pem'), 'utf8')).match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect((await readFile(join(place, 'www.apache.test.ca.bundle.pem'), 'utf8')).match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it('take the place of a key that is too open or must not be written to', async () => {
    const certificate = testDeployable({ commonName: 'www.modes.test' });
    const place = join(root, 'certs', 'www.modes.test');
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'www.modes.test.key'), 'old', { mode: 0o400 });
    await writeFile(join(place, 'www.modes.test.pem'), 'old', { mode: 0o444 });
    await one().upload(certificate);
    expect(await one().verify?.({ ...certificate, externalId: null })).toBe(true);
    expect((await stat(join(place, 'www.modes.test.key'))).mode & 0o777).toBe(0o600);
  });

  it('are refused for a certificate whose key is not stored', async () => {
    await expect(one().upload(testDeployable({ privateKeyPkcs8Der: null }))).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  it('come through with keys of every type and form, with a passphrase too', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    const ed = generateKeyPairSync('ed25519').privateKey;
    await keygen('-t', 'ecdsa', '-b', '521', '-N', 'open sesame', '-f', 'locked');
    const locked = { cipher: 'aes-256-cbc', passphrase: 'open sesame' };
    const forms: [string, string?][] = [
      [rsa.export({ type: 'pkcs1', format: 'pem' }).toString()],
      [rsa.export({ type: 'pkcs8', format: 'pem', ...locked }).toString(), 'open sesame'],
      [ec.export({ type: 'sec1', format: 'pem' }).toString()],
      [ed.export({ type: 'pkcs8', format: 'pem' }).toString()],
      [await privateFile('locked'), 'open sesame'],
    ];
    const lines: string[] = [await privateFile('user.pub'), await privateFile('locked.pub')];
    for (const [index, key] of [rsa, ec].entries()) {
      await writeFile(join(folder, `form-${index}`), key.export({ type: key === rsa ? 'pkcs1' : 'sec1', format: 'pem' }), { mode: 0o600 });
      lines.push(await run('ssh-keygen', ['-y', '-f', join(folder, `form-${index}`)]));
    }
    await writeFile(join(folder, 'form-ed'), toOpensshPrivateKey(ed, '', Buffer.alloc(4)), { mode: 0o600 });
    lines.push(await run('ssh-keygen', ['-y', '-f', join(folder, 'form-ed')]));
    await sshd.setAuthorizedKeys(lines.map((line) => line.trim()).join('\n'));
    for (const [privateKey, privateKeyPass] of forms) await expect(one({ privateKey, ...(privateKeyPass !== undefined && { privateKeyPass }) }).check?.()).resolves.toBeUndefined();
    await expect(one({ privateKey: await privateFile('locked'), privateKeyPass: 'wrong' }).check?.()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.not.stringContaining('wrong') });
    await expect(one({ privateKey: 'no key at all' }).check?.()).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  it('go to the host whose key is known, and to no other', async () => {
    const other = `SHA256:${'A'.repeat(43)}`;
    const fault = await one({ hostKeyFingerprint: other }).check?.().then(() => null, (error: unknown) => error);
    expect(fault).toMatchObject({ code: 'failed_precondition', reason: 'ssh.host_key', message: expect.stringContaining(fingerprintOf(sshd.hostPublicKey)) });
    const { destination } = makeDestination({ ...subject, options: subject.options.filter(({ name }) => name !== 'hostKeyFingerprint') });
    expect(destination.learned?.()).toEqual({});
    await destination.check?.();
    expect(destination.learned?.()).toEqual({ hostKeyFingerprint: fingerprintOf(sshd.hostPublicKey) });
    expect(destination.place).toBe(`127.0.0.1:${sshd.port}`);
  });

  it('know the host by any of its keys', async () => {
    await keygen('-t', 'rsa', '-N', '', '-f', 'host-rsa');
    const both = await startSshd({ authorizedKeys: await privateFile('user.pub'), settings: [`HostKey ${join(folder, 'host-rsa')}`] });
    try {
      await expect(one({ port: both.port, hostKeyFingerprint: fingerprintOf(await privateFile('host-rsa.pub')) }).check?.()).resolves.toBeUndefined();
    } finally {
      await both.stop();
    }
  });

  it('are not said to be there when they are not', async () => {
    const blocked = join(root, 'blocked');
    await writeFile(blocked, 'a file where a folder should be');
    await expect(one({ destinationPath: blocked }).check?.()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('is no folder') });
    await symlink('/proc', join(root, 'read-only'));
    await expect(one({ destinationPath: join(root, 'read-only') }).uploadToken?.({ path: 'x/token', content: 'x' })).rejects.toBeInstanceOf(AppError);
  });
});

describe('names of files', () => {
  it.each([
    ['*.example.test', '_wildcard.example.test'],
    ['../../etc/passwd', '___.._etc_passwd'],
    ['..', '__'],
    ['www example', 'www_example'],
    ['münchen.example', 'münchen.example'],
  ])('of %s are safe', (commonName, expected) => {
    expect(fileStem({ commonName, name: 'n' })).toBe(expected);
  });

  it('are those of the certificate where it has no common name', () => {
    expect(fileStem({ commonName: null, name: 'cert-1' })).toBe('cert-1');
  });
});

describe('options', () => {
  it('need a whole fingerprint', () => {
    const options = named({ host: 'h.example.test', hostKeyFingerprint: 'SHA256:short' });
    expect(() => parsePluginOptions(plugin, options)).toThrow(/hostKeyFingerprint/);
  });

  it('without password and key are told when the host wants one', async () => {
    const context = testContext({ outbound: loopbackOutbound() });
    await expect(plugin.create(parsePluginOptions(plugin, named({ host: '127.0.0.1', port: 1 })), context).check?.()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
