import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importAuthority, viewCertificateKey, type RequestOf } from '@sifaka/contracts';
import { aPrincipal, type TestPlatform } from '@sifaka/testing';
import { admin, anAuthority, anIssuer, issue, upload, verified } from './an-issuer.js';

let platform: TestPlatform;
let folder: string;
const as = { principal: admin };

beforeAll(async () => {
  platform = await anIssuer();
  folder = mkdtempSync(join(tmpdir(), 'sifaka-import-'));
});
afterAll(async () => {
  await platform.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

/** A root and an intermediate of a foreign hand, as files. */
function aForeignCa(): void {
  run('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'root.key', '-out', 'root.pem', '-days', '3650', '-subj', '/CN=Foreign Root', '-addext', 'keyUsage=critical,keyCertSign,cRLSign');
  run('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'sub.key', '-out', 'sub.csr', '-subj', '/CN=Foreign Sub');
  execFileSync('bash', ['-c', "openssl x509 -req -in sub.csr -CA root.pem -CAkey root.key -CAcreateserial -days 1000 -out sub.pem -extfile <(printf 'basicConstraints=critical,CA:TRUE\\nkeyUsage=critical,keyCertSign,cRLSign\\nsubjectKeyIdentifier=hash\\nauthorityKeyIdentifier=keyid')"], { cwd: folder, stdio: 'ignore' });
  run('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'leaf.key', '-out', 'leaf.pem', '-days', '30', '-subj', '/CN=leaf.corp.test', '-addext', 'basicConstraints=critical,CA:FALSE');
}

function anImport(parts: Partial<RequestOf<typeof importAuthority>>): RequestOf<typeof importAuthority> {
  return { name: 'Foreign', owner: 'pki@corp.test', description: null, body: '', chain: null, privateKey: '', roleIds: [], ownerRoleId: 10, adminRoleId: 11, operatorRoleId: 12, ...parts };
}

describe('a foreign authority', () => {
  beforeAll(() => aForeignCa());

  it('issues after its import, with the whole chain', async () => {
    const root = await platform.call('gateway', importAuthority, anImport({ name: 'Foreign Root', body: read('root.pem'), privateKey: read('root.key') }), as);
    const body = { name: 'Foreign Sub', body: read('sub.pem'), chain: read('root.pem'), privateKey: read('sub.key') };
    const sub = await platform.call('gateway', importAuthority, anImport(body), as);
    expect(sub).toMatchObject({ parentId: root.id, authorityCertificate: { name: 'Foreign-Sub', cn: 'Foreign Sub' } });
    const certificate = await issue(platform, sub);
    expect(certificate.chain?.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(verified(certificate)).toBe('leaf.pem: OK');
  });

  it('is there once, under whatever name', async () => {
    const again = anImport({ name: 'Foreign Again', body: read('root.pem'), privateKey: read('root.key') });
    await expect(platform.call('gateway', importAuthority, again, as)).rejects.toMatchObject({ code: 'already_exists', reason: 'authority.known_certificate', fields: [{ path: 'body' }] });
  });

  it.each([
    ['Schema.privateKey', 'a key of another', () => ({ body: read('root.pem'), privateKey: read('leaf.key') })],
    ['Schema.chain', 'a chain that does not reach a root', () => ({ body: read('sub.pem'), privateKey: read('sub.key') })],
    ['Schema.chain', 'a chain of another', () => ({ body: read('sub.pem'), chain: read('leaf.pem'), privateKey: read('sub.key') })],
    ['body', 'a certificate that is no CA', () => ({ body: read('leaf.pem'), privateKey: read('leaf.key') })],
    ['body', 'no certificate', () => ({ body: 'nothing', privateKey: read('leaf.key') })],
  ])('is refused on %s with %s', async (path, _what, parts) => {
    await expect(platform.call('gateway', importAuthority, anImport({ name: 'Refused', ...parts() }), as)).rejects.toMatchObject({
      code: 'invalid_argument',
      fields: expect.arrayContaining([expect.objectContaining({ path })]),
    });
  });
});

describe('an uploaded certificate', () => {
  beforeAll(() => aForeignCa());

  it('keeps its key, has no rotation and no policy, and is not logged as created', async () => {
    const certificate = await upload(platform, { body: read('leaf.pem'), privateKey: read('leaf.key') });
    expect(certificate).toMatchObject({ hasPrivateKey: true, rotation: false, rotationPolicy: null, status: null, issuer: '<selfsigned>', name: expect.stringMatching(/^leaf\.corp\.test-selfsigned-/), roleIds: [20] });
    expect((await platform.call('gateway', viewCertificateKey, { id: certificate.id }, as)).key).toContain('BEGIN RSA PRIVATE KEY');
    const logged = await platform.database('issuer').query('select 1 from certificate_log where certificate_id = $1 and log_type = $2', [certificate.id, 'create_cert']);
    expect(logged).toEqual([]);
  });

  it('may come again without an authority, under another name', async () => {
    const names = [];
    for (let round = 0; round < 4; round += 1) names.push(await upload(platform, { body: read('leaf.pem'), name: 'again' }));
    const [first] = names;
    expect(names.map(({ name }) => name)).toEqual(['again', `again-${first?.serialHex}`, `again-${first?.serialHex}-1`, `again-${first?.serialHex}-2`]);
  });

  it('is there once for each authority and serial', async () => {
    const authority = await anAuthority(platform);
    const { id } = await upload(platform, { body: read('leaf.pem'), authority: { id: authority.id }, externalId: 'x-1' });
    const second = upload(platform, { body: read('leaf.pem'), authority: { id: authority.id } });
    await expect(second).rejects.toMatchObject({ code: 'already_exists', message: expect.stringContaining(String(id)) });
  });

  it.each([
    ['body', () => ({ body: 'nothing' })],
    ['chain', () => ({ body: read('leaf.pem'), chain: 'nothing' })],
    ['Schema.chain', () => ({ body: read('leaf.pem'), chain: read('sub.pem') })],
    ['privateKey', () => ({ body: read('leaf.pem'), privateKey: 'nothing' })],
    ['Schema.privateKey', () => ({ body: read('leaf.pem'), privateKey: read('root.key') })],
    ['csr', () => ({ body: read('leaf.pem'), csr: 'nothing' })],
  ])('is refused with a wrong %s', async (path, parts) => {
    await expect(upload(platform, parts())).rejects.toMatchObject({ code: 'invalid_argument', fields: expect.arrayContaining([expect.objectContaining({ path })]) });
  });

  it('needs RSA or EC, and a name when it has none', async () => {
    run('req', '-x509', '-newkey', 'ed25519', '-nodes', '-keyout', 'ed.key', '-out', 'ed.pem', '-days', '30', '-subj', '/CN=ed.corp.test');
    await expect(upload(platform, { body: read('ed.pem') })).rejects.toMatchObject({ fields: [{ path: 'keyType' }] });
    run('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'o.key', '-out', 'o.pem', '-days', '30', '-subj', '/O=Nameless');
    await expect(upload(platform, { body: read('o.pem') })).rejects.toMatchObject({ fields: [{ path: 'name' }] });
    expect(await upload(platform, { body: read('o.pem'), name: 'nameless' })).toMatchObject({ cn: null, commonName: '', name: 'nameless' });
  });

  it('is one when it is one request, and two when it is not', async () => {
    const requestKey = 'ab'.repeat(32);
    const answers = await Promise.all([1, 2, 3].map(() => upload(platform, { body: read('leaf.pem'), name: 'sent twice', requestKey })));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    await expect(upload(platform, { body: read('leaf.pem'), name: 'sent otherwise', requestKey })).rejects.toMatchObject({ code: 'conflict' });
    expect((await upload(platform, { body: read('leaf.pem'), name: 'sent twice' })).id).not.toBe(answers[0]?.id);
  });

  it('has an external id only with its authority', async () => {
    await expect(upload(platform, { body: read('leaf.pem'), externalId: 'x' })).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('is filed under an authority by those who hold its roles', async () => {
    const authority = await anAuthority(platform);
    await expect(upload(platform, { body: read('leaf.pem'), authority: { id: authority.id } }, aPrincipal())).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(upload(platform, { body: read('leaf.pem') }, aPrincipal({ roles: ['read-only'] }))).rejects.toMatchObject({ code: 'permission_denied' });
    expect(await upload(platform, { body: read('leaf.pem') }, aPrincipal())).toMatchObject({ userId: 42 });
  });
});
