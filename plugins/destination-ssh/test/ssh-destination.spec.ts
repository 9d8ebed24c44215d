import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithPeers, run, startSshd, type Sshd } from '@sifaka/peers';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeDestination, makeDestination, testDeployable, testSuccessor, type DestinationSubject } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

let folder: string;
let root: string;
let sshd: Sshd;

const fingerprintOf = (publicLine: string): string => `SHA256:${createHash('sha256').update(Buffer.from(publicLine.split(' ')[1] ?? '', 'base64')).digest('base64').replace(/=+$/, '')}`;
const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const privateFile = (name: string) => readFile(join(folder, name), 'utf8');
const deployed = <Certificate extends object>(certificate: Certificate) => ({ ...certificate, externalId: null });

async function filesBelow(path: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    const at = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(relative(path, at), await readFile(at));
  }
  return found;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sifaka-ssh-test-'));
  root = join(folder, 'root');
  await mkdir(root);
  for (const name of ['user', 'stranger']) await run('ssh-keygen', ['-q', '-C', '', '-t', 'ed25519', '-N', '', '-f', name], { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describeWithPeers(['sshd'], 'files of a server on a real sshd', () => {
  const subject: DestinationSubject = {
    plugin,
    options: [],
    contents: () => filesBelow(root),
    plantBeside: ({ name }) => writeFile(join(root, 'certs', `${name}.notes`), 'of somebody else'),
    wrongCredentials: [],
    away: named({ port: 1 }),
  };
  const one = (changes: Record<string, unknown> = {}) => makeDestination(subject, named(changes)).destination;
  const at = (...names: string[]) => join(root, 'certs', ...names);

  beforeAll(async () => {
    sshd = await startSshd({ authorizedKeys: await privateFile('user.pub') });
    const [user, stranger] = [await privateFile('user'), await privateFile('stranger')];
    subject.options = named({ host: '127.0.0.1', port: sshd.port, user: sshd.user, privateKey: user, hostKeyFingerprint: fingerprintOf(sshd.hostPublicKey), destinationPath: join(root, 'certs'), endpoints: 'www.example.test:443' });
    subject.wrongCredentials = named({ privateKey: stranger });
  });
  afterAll(() => sshd.stop());

  // The subject is complete when the checks run, not when they are declared.
  describeDestination(subject);

  it.each([
    ['nginx', { 'www.test.crt': [3, 0o644], 'www.test.key': [0, 0o600] }],
    ['apache', { 'www.test.crt': [1, 0o644], 'www.test.chain.crt': [2, 0o644], 'www.test.key': [0, 0o600] }],
    ['haproxy', { 'www.test.pem': [3, 0o600] }],
    ['separate', { 'www.test.crt': [1, 0o644], 'www.test.chain.crt': [2, 0o644], 'www.test.key': [0, 0o600], 'www.test.pem': [3, 0o600] }],
  ])('lie as %s reads them', async (exportFormat, expected) => {
    const place = join(root, 'certs', exportFormat);
    const certificate = testDeployable({ commonName: 'www.test' });
    const destination = one({ destinationPath: place, exportFormat });
    await destination.upload(certificate);
    await destination.settle?.(deployed(certificate));
    expect(await destination.verify?.(deployed(certificate))).toBe(true);
    const files = await filesBelow(place);
    expect([...files.keys()].sort()).toEqual(Object.keys(expected).sort());
    for (const [name, [certificates, mode]] of Object.entries(expected)) {
      const text = files.get(name)?.toString() ?? '';
      expect([text.match(/BEGIN CERTIFICATE/g)?.length ?? 0, (await stat(join(place, name))).mode & 0o777]).toEqual([certificates, mode]);
      if (name.endsWith('.key') || name.endsWith('.pem')) expect(new X509Certificate(certificate.certificateDer).checkPrivateKey(createPrivateKey(text.slice(text.search(/-----BEGIN [A-Z ]*PRIVATE/))))).toBe(true);
    }
  });

  it('take the place that the options give them, in folders of their own', async () => {
    const certificate = testDeployable({ commonName: '*.shop.test' });
    const options = { certificatePath: '{CN}/tls.crt', keyPath: '{CN}/private/tls.key' };
    expect(await one(options).upload(certificate)).toEqual({ externalId: at('_wildcard.shop.test', 'tls.crt') });
    expect((await stat(at('_wildcard.shop.test', 'private', 'tls.key'))).mode & 0o777).toBe(0o600);
    await one(options).remove?.(deployed(certificate));
    await expect(stat(at('_wildcard.shop.test'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('have the owner and the rights that the options give them', async () => {
    const certificate = testDeployable();
    const [owner, group] = process.getuid?.() === 0 ? ['daemon', 'www-data'] : [String(process.getuid?.()), String(process.getgid?.())];
    const [uid, gid] = process.getuid?.() === 0 ? [1, 33] : [Number(owner), Number(group)];
    const options = { owner, group, mode: '0640', keyMode: '0640' };
    await one(options).upload(certificate);
    for (const ending of ['crt', 'key']) expect(await stat(at(`${certificate.name}.${ending}`))).toMatchObject({ uid, gid, mode: expect.any(Number) });
    expect((await stat(at(`${certificate.name}.key`))).mode & 0o777).toBe(0o640);
    await expect(one({ owner: 'nobody-of-that-name' }).check?.()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('owner "nobody-of-that-name"') });
  });

  it('are taken over by the server once they have changed, and not without need', async () => {
    const calls = join(folder, 'calls');
    const options = { testCommand: `echo test >> ${calls}`, reloadCommand: `echo reload >> ${calls}` };
    const certificate = testDeployable();
    for (let time = 1; time <= 3; time += 1) await one(options).upload(certificate);
    expect(await readFile(calls, 'utf8')).toBe('test\nreload\n');
  });

  it('are not taken over when the server refuses them, which is told in its words and without secrets', async () => {
    const first = testDeployable();
    await one().upload(first);
    await one().settle?.(deployed(first));
    const before = await filesBelow(root);
    const second = testSuccessor(first, null);
    const options = { testCommand: `echo configuration is bad in line 7; cat ${at(`${first.name}.key`)}; exit 3`, reloadCommand: `touch ${join(root, 'reloaded')}` };
    const fault: unknown = await one(options).upload(second).then(() => null, (error: unknown) => error);
    expect(fault).toMatchObject({ code: 'failed_precondition', reason: 'destination.command_failed', message: expect.stringMatching(/^testCommand ended with 3 at 127\.0\.0\.1: configuration is bad in line 7/) });
    const key = (await readFile(at(`${first.name}.key`), 'utf8')).split('\n')[1] ?? '?';
    expect(String(fault)).not.toContain(key);
    await one().rollback?.(deployed(second));
    expect(await filesBelow(root)).toEqual(before);
  });

  it('are tried again when the server was not told of them before', async () => {
    const certificate = testDeployable();
    const calls = join(folder, 'told');
    await expect(one({ reloadCommand: 'false' }).upload(certificate)).rejects.toMatchObject({ message: expect.stringContaining('reloadCommand ended with 1') });
    await one({ reloadCommand: `echo told >> ${calls}` }).upload(certificate);
    expect(await readFile(calls, 'utf8')).toBe('told\n');
  });

  it('stay where the server cannot do without them', async () => {
    const certificate = testDeployable();
    await one().upload(certificate);
    await one().settle?.(deployed(certificate));
    const before = await filesBelow(root);
    const needed = { testCommand: `test -f ${at(`${certificate.name}.crt`)} || { echo cannot load certificate; exit 1; }` };
    await expect(one(needed).remove?.(deployed(certificate))).rejects.toMatchObject({ code: 'failed_precondition', reason: 'destination.still_needed', message: expect.stringContaining('cannot load certificate') });
    expect(await filesBelow(root)).toEqual(before);
    await one({ testCommand: 'true' }).remove?.(deployed(certificate));
    expect([...before.keys()].filter((name) => name.includes(certificate.name))).toHaveLength(2);
    expect([...(await filesBelow(root)).keys()].filter((name) => name.includes(certificate.name))).toEqual([]);
  });

  it('give back links as links', async () => {
    const certificate = testDeployable();
    await writeFile(join(root, 'elsewhere.crt'), 'of somebody else');
    await symlink(join(root, 'elsewhere.crt'), at(`${certificate.name}.crt`));
    await one().upload(certificate);
    expect((await lstat(at(`${certificate.name}.crt`))).isFile()).toBe(true);
    await one().rollback?.(deployed(certificate));
    expect(await readlink(at(`${certificate.name}.crt`))).toBe(join(root, 'elsewhere.crt'));
    expect(await readFile(join(root, 'elsewhere.crt'), 'utf8')).toBe('of somebody else');
  });

  it('are not held up by a server that a command leaves in the background', async () => {
    await expect(one({ testCommand: 'exit 127' }).check?.()).rejects.toMatchObject({ code: 'failed_precondition', fields: [{ path: 'plugin.pluginOptions.testCommand' }] });
    const certificate = testDeployable();
    const started = performance.now();
    await one({ reloadCommand: 'sleep 60 & yes | head -c 10000000; echo started' }).upload(certificate);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('options', () => {
  const options = (values: Record<string, unknown>) => () => parsePluginOptions(plugin, named({ host: 'h.example.test', ...values }));

  it.each([
    ['certificatePath', '../outside.crt'],
    ['certificatePath', '/etc/passwd'],
    ['keyPath', '{CN}/../../x'],
    ['keyPath', '.hidden'],
    ['combinedPath', '{OU}.pem'],
    ['destinationPath', 'relative/path'],
    ['keyMode', '0644'],
    ['mode', '9999'],
    ['owner', 'root; id'],
    ['reloadCommand', 'true\nfalse'],
    ['endpoints', 'www.example.test'],
    ['endpoints', 'gopher:www.example.test:70'],
    ['servedWithin', 0],
    ['servedWithin', 301],
    ['endpoints', 'www.example.test:99999'],
  ])('refuse %s "%s"', (name, value) => {
    expect(options({ [name]: value })).toThrow(new RegExp(`${name}: `));
  });

  it('name addresses with and without names and STARTTLS', () => {
    const destination = plugin.create(options({ servedWithin: 20, endpoints: 'www.example.test:443, 192.0.2.1:8443#{CN}\nsmtp:[2001:db8::1]:25#mail.example.test imap:mail.example.test:143#' })(), makeDestination({ plugin, options: named({ host: 'h' }), contents: () => new Map(), wrongCredentials: [], away: [] }).context);
    expect(destination.servedWithinMs).toBe(20_000);
    expect(destination.endpoints?.(deployed(testDeployable({ commonName: '*.shop.test' })))).toEqual([
      { host: 'www.example.test', port: 443, serverName: 'www.example.test', startTls: null },
      { host: '192.0.2.1', port: 8443, serverName: 'www.shop.test', startTls: null },
      { host: '2001:db8::1', port: 25, serverName: 'mail.example.test', startTls: 'smtp' },
      { host: 'mail.example.test', port: 143, serverName: null, startTls: 'imap' },
    ]);
  });
});
