import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithPeers, servedFingerprint, startNginx } from '@sifaka/peers';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeDestination, makeDestination, testDeployable, testSuccessor, type DestinationSubject } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { runLocally, wordsOf } from '../src/local-command.js';
import { LocalFiles } from '../src/local-files.js';

let folder: string;
let root: string;

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const deployed = <Certificate extends object>(certificate: Certificate) => ({ ...certificate, externalId: null });

async function filesBelow(path: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    const at = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(relative(path, at), await readFile(at));
  }
  return found;
}

const subject: DestinationSubject = {
  plugin,
  options: [],
  installed: {},
  contents: () => filesBelow(root),
  plantBeside: ({ name }) => writeFile(join(root, 'certs', `${name}.notes`), 'of somebody else'),
  wrongCredentials: [],
  away: [],
};
const one = (changes: Record<string, unknown> = {}, installed: Record<string, unknown> = {}) => makeDestination({ ...subject, installed: { ...subject.installed, ...installed } }, named(changes)).destination;
const at = (...names: string[]) => join(root, 'certs', ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sifaka-file-test-'));
  root = join(folder, 'root');
  await mkdir(root);
  subject.options = named({ destinationPath: join(root, 'certs') });
  subject.installed = { folders: [root] };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describeDestination(subject);

describe('files of this machine', () => {
  it('go into folders alone that an administrator allows', async () => {
    const bare = makeDestination({ ...subject, installed: {} }).destination;
    for (const destination of [bare, one({ destinationPath: folder }), one({ destinationPath: `${root}/../elsewhere` }), one({ destinationPath: '/etc/cron.d' }), one({ destinationPath: `${root}-not` })]) {
      const [certificate, unsettled] = [testDeployable(), deployed(testDeployable())];
      const operations = [() => destination.check?.(), () => destination.upload(certificate), () => destination.verify?.(unsettled), () => destination.remove?.(unsettled), () => destination.rollback?.(unsettled), () => destination.settle?.(unsettled)];
      for (const operation of operations) await expect(operation()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('SIFAKA_FILE_DESTINATION_FOLDERS') });
    }
    await expect(stat(join(folder, 'elsewhere'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that are there already are taken over when that is asked for, and not before', async () => {
    const [log, certificate] = [join(root, 'reloads'), testDeployable()];
    const reloadCommand = `/usr/bin/mkdir -p ${log}`;
    const bare = one();
    expect(await bare.upload(certificate)).not.toHaveProperty('wasThere');
    await bare.settle?.(deployed(certificate));
    const told = one({ reloadCommand }, { commands: [reloadCommand] });
    expect(await told.upload(certificate)).toMatchObject({ wasThere: true });
    await expect(stat(log)).rejects.toMatchObject({ code: 'ENOENT' });
    await told.reload?.(deployed(certificate));
    expect((await stat(log)).isDirectory()).toBe(true);
    await rm(log, { recursive: true });
  });

  it('that are published are read whole or not at all, by everybody', async () => {
    const [old, made] = [Buffer.alloc(2_000_000, 'a'), Buffer.alloc(1_000_000, 'b')];
    await one().publish?.({ name: 'ca.crl', mediaType: 'application/pkix-crl', content: old });
    const publishing = { isOver: false };
    const seen = new Set<string>();
    const reading = (async () => {
      while (!publishing.isOver) {
        const content = await readFile(at('ca.crl'));
        seen.add(`${content.length} ${String.fromCharCode(content[0] ?? 0)}${String.fromCharCode(content.at(-1) ?? 0)}`);
      }
    })();
    for (let times = 0; times < 10; times++) await one().publish?.({ name: 'ca.crl', mediaType: 'application/pkix-crl', content: times % 2 === 0 ? made : old });
    publishing.isOver = true;
    await reading;
    expect([...seen].filter((each) => each !== '2000000 aa' && each !== '1000000 bb')).toEqual([]);
    expect((await stat(at('ca.crl'))).mode & 0o777).toBe(0o644);
    await one().unpublish?.({ name: 'ca.crl' });
  });

  it('are not published where an administrator does not allow it, and nothing is left of what was stopped', async () => {
    const file = { name: 'ca.crl', mediaType: 'application/pkix-crl', content: Buffer.from('list') };
    for (const destination of [makeDestination({ ...subject, installed: {} }).destination, one({ destinationPath: `${root}/../elsewhere` })]) {
      await expect(destination.publish?.(file)).rejects.toMatchObject({ message: expect.stringContaining('SIFAKA_FILE_DESTINATION_FOLDERS') });
      await expect(destination.unpublish?.(file)).rejects.toMatchObject({ code: 'failed_precondition' });
    }
    const before = await filesBelow(root);
    await expect(one().publish?.(file, AbortSignal.abort())).rejects.toMatchObject({ code: 'unavailable' });
    expect(await filesBelow(root)).toEqual(before);
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('keep owner and rights where they are copied (needs root)', async () => {
    const files = new LocalFiles([root]);
    for (const name of ['one', 'two']) await mkdir(join(root, name));
    await files.write(join(root, 'one', 'tls.key'), Buffer.from('key'), { mode: 0o640, uid: 12_345, gid: 12_346 });
    await files.keep(join(root, 'one', 'tls.key'), join(root, 'two', 'kept'));
    expect(await files.read(join(root, 'two', 'kept'))).toMatchObject({ mode: 0o640, uid: 12_345, gid: 12_346 });
    for (const name of ['one', 'two']) await rm(join(root, name), { recursive: true });
  });

  it('have the administrator alone say which folders these are', () => {
    for (const name of ['folders', 'commands']) expect(() => parsePluginOptions(plugin, named({ [name]: ['/'] }))).toThrow(/unknown option/);
    expect(plugin.pluginOptions().map(({ name }) => name)).not.toContain('folders');
  });

  it('do not follow links out of the folder', async () => {
    const outside = join(folder, 'outside');
    await mkdir(outside);
    await symlink(outside, join(root, 'way-out'));
    await expect(one({ destinationPath: join(root, 'way-out') }).upload(testDeployable())).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('leads out of') });
    await expect(one({ destinationPath: join(root, 'way-out', 'deeper') }).upload(testDeployable())).rejects.toMatchObject({ code: 'failed_precondition' });
    expect(await readdir(outside)).toEqual([]);
    const certificate = testDeployable();
    await one().check?.();
    await writeFile(join(outside, 'secret'), 'not for here');
    await symlink(join(outside, 'secret'), at(`${certificate.name}.crt`));
    await expect(one().upload(certificate)).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('is a link') });
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('not for here');
  });

  it('stay in the folder that was looked at, even when another takes its name meanwhile', async () => {
    const [real, trap] = [join(root, 'swapped'), join(folder, 'trap')];
    await mkdir(real);
    await mkdir(trap);
    const destination = one({ destinationPath: real });
    const swap = async () => {
      await rename(real, `${real}-away`).catch(() => undefined);
      await symlink(trap, real).catch(() => undefined);
      await rm(real).catch(() => undefined);
      await rename(`${real}-away`, real).catch(() => undefined);
    };
    for (let time = 1; time <= 20; time += 1) await Promise.allSettled([destination.upload(testDeployable()), swap(), swap()]);
    expect(await readdir(trap)).toEqual([]);
  });

  it('have the rights of the options, and the key is for its owner alone', async () => {
    const certificate = testDeployable();
    await one().upload(certificate);
    expect((await stat(at(`${certificate.name}.key`))).mode & 0o777).toBe(0o600);
    expect((await stat(at(`${certificate.name}.crt`))).mode & 0o777).toBe(0o644);
    await one({ keyMode: '0640', mode: '0640' }).upload(certificate);
    for (const ending of ['key', 'crt']) expect((await stat(at(`${certificate.name}.${ending}`))).mode & 0o777).toBe(0o640);
    await expect(one({ group: 'no-such-group' }).check?.()).rejects.toMatchObject({ message: expect.stringContaining('knows no group "no-such-group"') });
  });
});

describe('commands on this machine', () => {
  it('are those alone that an administrator allows, word for word', async () => {
    const allowed = { commands: ['nginx -t'] };
    for (const options of [{ testCommand: 'nginx -t -c /tmp/x' }, { reloadCommand: 'sh -c id' }, { testCommand: 'nginx -t', reloadCommand: 'nginx  -t' }]) {
      await expect(one(options, allowed).check?.()).rejects.toMatchObject({ code: 'failed_precondition', reason: 'destination.command_not_allowed', message: expect.stringContaining('SIFAKA_FILE_DESTINATION_COMMANDS') });
      await expect(one(options, allowed).upload(testDeployable())).rejects.toMatchObject({ reason: 'destination.command_not_allowed' });
    }
  });

  it('have their words kept apart as they are, with no shell to read more into them', async () => {
    expect(wordsOf(`  printf  '%s|' "a b" c'd e'f \\$HOME ;`)).toEqual(['printf', '%s|', 'a b', 'cd ef', '\\$HOME', ';']);
    expect(() => wordsOf(`echo 'open`)).toThrow('quotes');
    const { signal } = new AbortController();
    expect(await runLocally(wordsOf('printf %s $HOME;id'), signal)).toEqual({ exitCode: 0, output: '$HOME;id' });
    expect((await runLocally(['env'], signal)).output).not.toContain('SIFAKA');
    expect((await runLocally(['env'], signal)).output.trim().split('\n')).toHaveLength(3);
  });

  it('end when the service ends, and are known by their last words', async () => {
    const abort = new AbortController();
    const asked = runLocally(['sleep', '60'], abort.signal);
    abort.abort();
    await expect(asked).rejects.toMatchObject({ code: 'unavailable' });
    const { output } = await runLocally(['sh', '-c', 'yes | head -c 100000; echo last words; exit 3'], new AbortController().signal);
    expect(output.endsWith('last words\n')).toBe(true);
    expect(output.length).toBeLessThanOrEqual(8_192);
    await expect(runLocally(['no-such-program'], new AbortController().signal)).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  it('say why the server does not take a certificate, and the old one is put back', async () => {
    const command = `sh -c 'echo bad configuration; exit 9'`;
    const first = testDeployable();
    await one().upload(first);
    await one().settle?.(deployed(first));
    const before = await filesBelow(root);
    const second = testSuccessor(first, null);
    await expect(one({ testCommand: command }, { commands: [command] }).upload(second)).rejects.toMatchObject({ message: 'testCommand ended with 9 at this machine: bad configuration' });
    await one().rollback?.(deployed(second));
    expect(await filesBelow(root)).toEqual(before);
  });
});

describeWithPeers(['nginx'], 'an nginx on this machine', () => {
  it('serves what was uploaded, and the old one after a rollback', async () => {
    const first = testDeployable({ commonName: 'www.example.test' });
    await one().upload(first);
    await one().settle?.(deployed(first));
    const nginx = await startNginx({ http: ({ ports: [port = 0] }) => `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${at('www.example.test.crt')}; ssl_certificate_key ${at('www.example.test.key')}; return 200 "ok"; }` });
    try {
      const reload = nginx.reloadCommand.join(' ');
      const installed = { commands: [reload] };
      // Workers that know the old one take connections for another moment.
      const served = async (fingerprint: string) => {
        for (const endAt = performance.now() + 5_000; ; ) {
          const found = await servedFingerprint({ port: nginx.port });
          if (found === fingerprint || performance.now() > endAt) return found;
        }
      };
      const second = testSuccessor(first, null);
      await one({ reloadCommand: reload }, installed).upload(second);
      expect(await served(second.fingerprint)).toBe(second.fingerprint);
      await one({ reloadCommand: reload }, installed).rollback?.(deployed(second));
      expect(await served(first.fingerprint)).toBe(first.fingerprint);
    } finally {
      await nginx.stop();
    }
  });
});
