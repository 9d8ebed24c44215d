import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CommandLine } from './harness/command-line.js';
import { makeSigner, signRequest, type Signer } from './harness/signer.js';
import { describeWithPeers, usePlatform } from './harness/suite.js';

describeWithPeers(['openssl'], 'the sifaka command with certificates that come later', () => {
  const platform = usePlatform();
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-cli-pending-'));
  const line = new CommandLine(platform, folder);
  let signer: Signer;

  const request = (name: string): string[] => ['certificate', 'create', '--authority', 'Paper CA', '--owner', 'team@corp.test', '--cn', name];

  const signed = async (id: string): Promise<string> => {
    const { out } = await line.run(['pending', 'csr', id]);
    const file = `${id}.pem`;
    writeFileSync(join(folder, file), await signRequest(signer, out, `47${id}`));
    return file;
  };

  beforeAll(async () => {
    await line.login();
    signer = await makeSigner('Paper CA');
    writeFileSync(join(folder, 'ca.pem'), signer.certificate);
    const issuer = ['--issuer', 'csr-issuer', '--set', 'certificate=@ca.pem'];
    await line.json(['authority', 'create', 'Paper CA', '--owner', 'pki@corp.test', ...issuer]);
  });

  afterAll(() => {
    line.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('promises a certificate, lists and shows it, and takes what was signed elsewhere', async () => {
    const { id, name, resolved } = await line.json(request('one.corp.test'));
    expect(resolved).toBe(false);
    expect((await line.json(['pending', 'list', '--search', 'one.corp'])).map((each: { id: number }) => each.id)).toEqual([id]);
    expect((await line.run(['pending', 'show', name])).out).toContain('a person: sifaka pending upload');
    const refused = await line.run(['pending', 'upload', String(id), '--body', 'ca.pem']);
    expect(refused).toMatchObject({ code: 1, out: '' });
    const made = await line.json(['pending', 'upload', String(id), '--body', await signed(String(id))]);
    expect(made).toMatchObject({ serialHex: `47${id}`, hasPrivateKey: true });
    expect(await line.json(['pending', 'list', '--search', 'one.corp'])).toEqual([]);
    expect((await line.json(['pending', 'show', String(id)])).resolvedCertId).toBe(made.id);
  }, 60_000);

  it('waits for a certificate and ends with it', async () => {
    const waiting = line.start([...request('two.corp.test'), '--wait', '--output', 'json']);
    await waiting.says('sifaka pending upload');
    const [{ id }] = await line.json(['pending', 'list', '--search', 'two.corp']);
    await line.json(['pending', 'upload', String(id), '--body', await signed(String(id))]);
    const { code, out, said } = await waiting.ended;
    expect(code).toBe(0);
    expect(JSON.parse(out).serialHex).toBe(`47${id}`);
    expect(said).toContain('issued');
  }, 60_000);

  it('stops waiting when the request is cancelled, and says so', async () => {
    const waiting = line.start([...request('three.corp.test'), '--wait']);
    await waiting.says('sifaka pending upload');
    const [{ name }] = await line.json(['pending', 'list', '--search', 'three.corp']);
    expect(await line.run(['pending', 'cancel', name])).toMatchObject({ code: 1, said: expect.stringContaining('--yes') });
    expect(await line.run(['pending', 'cancel', name, '--note', 'not needed', '--yes'])).toMatchObject({ code: 0 });
    expect(await waiting.ended).toMatchObject({ code: 1, out: '', said: expect.stringContaining('was cancelled') });
    expect(await line.run(['pending', 'show', name])).toMatchObject({ code: 4 });
  }, 60_000);

  it('says that nobody can be asked when a person has to bring the certificate', async () => {
    const { id } = await line.json(request('four.corp.test'));
    expect(await line.run(['pending', 'retry', String(id)])).toMatchObject({ code: 1, said: expect.stringContaining('upload the certificate') });
  }, 60_000);

  it('asks for the secret of a DNS provider, tries it before it is kept, and names what is wrong', async () => {
    const create = ['dns-provider', 'create', 'pdns', '--type', 'powerdns', '--secret', 'api_key'];
    const faulty = await line.run([...create, '--set', 'url=nowhere'], 'a secret');
    expect(faulty).toMatchObject({ code: 1, out: '', said: expect.stringContaining('url: Invalid URL') });
    expect(faulty.said).not.toContain('a secret');
    const refused = await line.run([...create, '--set', `url=${platform().url}`], 'a secret');
    expect(refused.code).not.toBe(0);
    expect(refused.said).not.toContain('a secret');
    expect(await line.json(['dns-provider', 'list'])).toEqual([]);
    expect((await line.run(['dns-provider', 'types'])).out).toMatch(/powerdns .*url, api_key/);
    expect(await line.run(['dns-provider', 'zones', 'pdns'])).toMatchObject({ code: 4, said: expect.stringContaining('there is no DNS provider') });
    expect(await line.json(['acme', 'account', 'list'])).toEqual([]);
  }, 60_000);
});
