import { execFile, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { repositoryRoot } from './harness/index.js';
import { makeSigner, signRequest, type Signer } from './harness/signer.js';
import { describeWithPeers, usePlatform } from './harness/suite.js';

interface Ended {
  code: number;
  out: string;
  said: string;
}

interface Running {
  ended: Promise<Ended>;
  /** Resolves when it has said this on standard error. */
  says: (words: string) => Promise<void>;
}

describeWithPeers(['openssl'], 'the sifaka command with certificates that come later', () => {
  const platform = usePlatform();
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-cli-pending-'));
  const children: ChildProcess[] = [];
  let signer: Signer;

  const start = (args: string[], stdin = ''): Running => {
    const environment = { PATH: process.env.PATH, HOME: folder, SIFAKA_URL: platform().url };
    const command = [join(repositoryRoot, 'apps/cli/bin/sifaka.js'), ...args];
    let end: (ended: Ended) => void;
    const ended = new Promise<Ended>((resolve) => (end = resolve));
    const child = execFile(process.execPath, command, { env: environment, cwd: folder }, (_, out, said) =>
      end({ code: child.exitCode ?? -1, out, said }),
    );
    children.push(child);
    child.stdin?.end(stdin);
    let said = '';
    child.stderr?.on('data', (text: string) => (said += text));
    const says = (words: string) =>
      new Promise<void>((resolve, reject) => {
        child.stderr?.on('data', () => said.includes(words) && resolve());
        child.once('close', () => reject(new Error(`ended without "${words}": ${said}`)));
      });
    return { ended, says };
  };

  const sifaka = (args: string[], stdin = ''): Promise<Ended> => start(args, stdin).ended;

  const json = async (args: string[]) => {
    const { code, out, said } = await sifaka([...args, '--output', 'json']);
    if (code !== 0) throw new Error(`sifaka ${args.join(' ')}: ${code} ${said}`);
    return JSON.parse(out);
  };

  const request = (name: string): string[] => ['certificate', 'create', '--authority', 'Paper CA', '--owner', 'team@corp.test', '--cn', name];

  const signed = async (id: string): Promise<string> => {
    const { out } = await sifaka(['pending', 'csr', id]);
    const file = `${id}.pem`;
    writeFileSync(join(folder, file), await signRequest(signer, out, `47${id}`));
    return file;
  };

  beforeAll(async () => {
    const { username, password } = platform().administrator;
    const { code, said } = await sifaka(['login', '--username', username], password);
    if (code !== 0) throw new Error(said);
    signer = await makeSigner('Paper CA');
    writeFileSync(join(folder, 'ca.pem'), signer.certificate);
    const issuer = ['--issuer', 'csr-issuer', '--set', 'certificate=@ca.pem'];
    await json(['authority', 'create', 'Paper CA', '--owner', 'pki@corp.test', ...issuer]);
  });

  afterAll(() => {
    // One that still waits, because a test failed, would keep the suite from ending.
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('promises a certificate, lists and shows it, and takes what was signed elsewhere', async () => {
    const { id, name, resolved } = await json(request('one.corp.test'));
    expect(resolved).toBe(false);
    expect((await json(['pending', 'list', '--search', 'one.corp'])).map((each: { id: number }) => each.id)).toEqual([id]);
    expect((await sifaka(['pending', 'show', name])).out).toContain('a person: sifaka pending upload');
    const refused = await sifaka(['pending', 'upload', String(id), '--body', 'ca.pem']);
    expect(refused).toMatchObject({ code: 1, out: '' });
    const made = await json(['pending', 'upload', String(id), '--body', await signed(String(id))]);
    expect(made).toMatchObject({ serialHex: `47${id}`, hasPrivateKey: true });
    expect(await json(['pending', 'list', '--search', 'one.corp'])).toEqual([]);
    expect((await json(['pending', 'show', String(id)])).resolvedCertId).toBe(made.id);
  }, 60_000);

  it('waits for a certificate and ends with it', async () => {
    const waiting = start([...request('two.corp.test'), '--wait', '--output', 'json']);
    await waiting.says('sifaka pending upload');
    const [{ id }] = await json(['pending', 'list', '--search', 'two.corp']);
    await json(['pending', 'upload', String(id), '--body', await signed(String(id))]);
    const { code, out, said } = await waiting.ended;
    expect(code).toBe(0);
    expect(JSON.parse(out).serialHex).toBe(`47${id}`);
    expect(said).toContain('issued');
  }, 60_000);

  it('stops waiting when the request is cancelled, and says so', async () => {
    const waiting = start([...request('three.corp.test'), '--wait']);
    await waiting.says('sifaka pending upload');
    const [{ name }] = await json(['pending', 'list', '--search', 'three.corp']);
    expect(await sifaka(['pending', 'cancel', name])).toMatchObject({ code: 1, said: expect.stringContaining('--yes') });
    expect(await sifaka(['pending', 'cancel', name, '--note', 'not needed', '--yes'])).toMatchObject({ code: 0 });
    expect(await waiting.ended).toMatchObject({ code: 1, out: '', said: expect.stringContaining('was cancelled') });
    expect(await sifaka(['pending', 'show', name])).toMatchObject({ code: 4 });
  }, 60_000);

  it('says that nobody can be asked when a person has to bring the certificate', async () => {
    const { id } = await json(request('four.corp.test'));
    expect(await sifaka(['pending', 'retry', String(id)])).toMatchObject({ code: 1, said: expect.stringContaining('upload the certificate') });
  }, 60_000);

  it('asks for the secret of a DNS provider, tries it before it is kept, and names what is wrong', async () => {
    const create = ['dns-provider', 'create', 'pdns', '--type', 'powerdns', '--secret', 'api_key'];
    const faulty = await sifaka([...create, '--set', 'url=nowhere'], 'a secret');
    expect(faulty).toMatchObject({ code: 1, out: '', said: expect.stringContaining('url: Invalid URL') });
    expect(faulty.said).not.toContain('a secret');
    const refused = await sifaka([...create, '--set', `url=${platform().url}`], 'a secret');
    expect(refused.code).not.toBe(0);
    expect(refused.said).not.toContain('a secret');
    expect(await json(['dns-provider', 'list'])).toEqual([]);
    expect((await sifaka(['dns-provider', 'types'])).out).toMatch(/powerdns .*url, api_key/);
    expect(await sifaka(['dns-provider', 'zones', 'pdns'])).toMatchObject({ code: 4, said: expect.stringContaining('there is no DNS provider') });
    expect(await json(['acme', 'account', 'list'])).toEqual([]);
  }, 60_000);
});
