import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodePem, fullChainPem, pkcs7Pem, toPkcs8Pem } from '@sifaka/pki';
import type { Finding } from '@sifaka/plugin-sdk';
import { certificatesOf, describeSource, describeWith, faultsOf, findAll, fingerprintOf, makeSource, runPeer, runPeerForBytes, testContext, testPath } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { matchesAny } from '../src/glob.js';

const top = realpathSync(mkdtempSync(join(tmpdir(), 'sifaka-files-')));
const root = join(top, 'certs');
const [one, two, three, four] = [1, 2, 3, 4].map(() => testPath('ECCPRIME256V1')) as [ReturnType<typeof testPath>, ReturnType<typeof testPath>, ReturnType<typeof testPath>, ReturnType<typeof testPath>];
const keyPem = toPkcs8Pem(one.privateKey);
const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const put = (path: string, content: string | Uint8Array) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
};

beforeAll(() => {
  put('web/site.pem', `# a comment\nBag Attributes\n${keyPem}\n${fullChainPem(one.certificateDer, one.chainDer)}\nand more junk -----BEGIN nothing\n`);
  put('web/two.crt', two.certificateDer);
  put('both.pem', `${encodePem('CERTIFICATE', three.certificateDer)}\r\n${encodePem('CERTIFICATE', four.certificateDer)}`.replaceAll('\n', '\r\n'));
  put('notes.txt', 'nothing to see');
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

describeSource({
  plugin,
  options: named({ path: root, passwords: 'first-password\nsecret-password' }),
  installed: { allowedFolders: [top] },
  context: () => testContext(),
  certificates: () => [{ fingerprint: fingerprintOf(one.certificateDer), chainLength: 2 }, ...[two, three, four].map((path) => ({ fingerprint: fingerprintOf(path.certificateDer), chainLength: 0 }))],
  wrongCredentials: [],
  away: [],
  breakOne: () => {
    put('web/broken.pem', `-----BEGIN CERTIFICATE-----\nMII!\n-----END CERTIFICATE-----\n`);
    return async () => rmSync(join(root, 'web/broken.pem'));
  },
});

const sourceOf = (changes: Record<string, unknown> = {}, allowedFolders: string[] = [top]) => makeSource({ plugin, options: named({ path: root, ...changes }), installed: { allowedFolders }, context: () => testContext() }).source;

/** Findings of a folder of its own with these files. */
async function findingsOf(files: Record<string, string | Uint8Array>, changes: Record<string, unknown> = {}): Promise<Finding[]> {
  const folder = mkdtempSync(join(top, 'case-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return findAll(sourceOf({ path: folder, ...changes }));
}
const prints = (findings: readonly Finding[]) => certificatesOf(findings).map(({ certificateDer }) => fingerprintOf(certificateDer));
const print = ({ certificateDer }: { certificateDer: Uint8Array }) => fingerprintOf(certificateDer);

describe('file-source', () => {
  it('looks nowhere unless an administrator allowed it, and names the setting', async () => {
    for (const allowed of [[], [join(top, 'other')], [root.slice(0, -1)]]) {
      for (const act of [() => sourceOf({}, allowed).check?.(), () => findAll(sourceOf({}, allowed))]) {
        await expect(act()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('SIFAKA_FILE_SOURCE_FOLDERS'), fields: [{ path: 'plugin.pluginOptions.path' }] });
      }
    }
  });

  it.each(['../certs/../../etc', 'link'])('is not led out of what is allowed by %s', async (way) => {
    const inside = mkdtempSync(join(top, 'inside-'));
    symlinkSync('/etc', join(inside, 'link'));
    await expect(sourceOf({ path: join(inside, way) }, [inside]).check?.()).rejects.toMatchObject({ code: 'failed_precondition', reason: 'file.not_allowed' });
  });

  it('follows links to files below the folder, and none that lead out of it', async () => {
    const folder = mkdtempSync(join(top, 'links-'));
    mkdirSync(join(folder, 'archive'));
    writeFileSync(join(folder, 'archive', 'cert1.pem'), fullChainPem(one.certificateDer, []));
    symlinkSync('archive/cert1.pem', join(folder, 'live.pem'));
    symlinkSync(join(root, 'web/two.crt'), join(folder, 'out.pem'));
    symlinkSync(root, join(folder, 'folder'));
    symlinkSync(folder, join(folder, 'archive', 'ring'));
    expect(certificatesOf(await findAll(sourceOf({ path: folder }))).map(({ name }) => name)).toEqual(['archive/cert1.pem', 'live.pem']);
  });

  it('calls what it finds by its path, and the folder its scope', async () => {
    expect(certificatesOf(await findAll(sourceOf())).map(({ name, scope }) => [name, scope])).toEqual([['both.pem#1', '.'], ['both.pem#2', '.'], ['web/site.pem', 'web'], ['web/two.crt', 'web']]);
  });

  it('reads one file that is named', async () => {
    expect(prints(await findAll(sourceOf({ path: join(root, 'web/two.crt') })))).toEqual([print(two)]);
  });

  it('makes paths of certificates in any order', async () => {
    const shuffled = [one.chainDer[1], two.certificateDer, one.chainDer[0], one.certificateDer].map((der) => encodePem('CERTIFICATE', der ?? Buffer.of())).join('\n');
    const found = certificatesOf(await findingsOf({ 'all.pem': shuffled }));
    expect(found.map(({ certificateDer, chainDer }) => [fingerprintOf(certificateDer), chainDer.length])).toEqual([[print(two), 0], [print(one), 2]]);
  });

  it('reads PKCS#7', async () => {
    expect(prints(await findingsOf({ 'a.p7b': pkcs7Pem([one.certificateDer, ...one.chainDer]) }))).toEqual([print(one)]);
  });

  it('tells the damaged blocks of a file and reads the others', async () => {
    const findings = await findingsOf({ 'a.pem': `-----BEGIN CERTIFICATE-----\nMIIB\n${encodePem('CERTIFICATE', one.certificateDer)}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----` });
    expect(prints(findings)).toEqual([print(one)]);
    expect(faultsOf(findings)).toHaveLength(2);
    expect(faultsOf(findings).every(({ hides }) => hides === 'nothing')).toBe(true);
  });

  it('hands over what only looks like a certificate, for the inventory to refuse', async () => {
    expect(certificatesOf(await findingsOf({ 'a.der': Buffer.from('30053003020101', 'hex') }))).toHaveLength(1);
  });

  it('does not read what is too large, and does not take what it held for gone', async () => {
    const findings = await findingsOf({ 'big.pem': 'x'.repeat(5_000), 'small.pem': fullChainPem(one.certificateDer, []) }, { maxKilobytes: 4 });
    expect(prints(findings)).toEqual([print(one)]);
    expect(faultsOf(findings)).toEqual([{ what: 'big.pem', reason: expect.stringContaining('5000 bytes'), hides: { scope: '.' } }]);
  });

  it('never waits for a pipe', async () => {
    const folder = mkdtempSync(join(top, 'pipe-'));
    execFileSync('mkfifo', [join(folder, 'pipe.pem')]);
    expect(await findAll(sourceOf({ path: folder }))).toEqual([]);
  });

  it('looks as deep as it is told, at what it is told', async () => {
    expect(certificatesOf(await findAll(sourceOf({ depth: 0 }))).map(({ name }) => name)).toEqual(['both.pem#1', 'both.pem#2']);
    expect(certificatesOf(await findAll(sourceOf({ include: 'web/*.crt' }))).map(({ name }) => name)).toEqual(['web/two.crt']);
    expect(certificatesOf(await findAll(sourceOf({ exclude: 'web, b?th.pem' })))).toEqual([]);
  });

  it.each([
    ['*.pem', 'a/b.pem', true],
    ['a/*.pem', 'a/b.pem', true],
    ['a/*.pem', 'a/c/b.pem', false],
    ['**/b.pem', 'b.pem', true],
    ['a/**/b.pem', 'a/x/y/b.pem', true],
    ['?.pem', 'ab.pem', false],
    ['*a*b*c*', 'xxaxxbxxcxx', true],
  ])('matches %s with %s: %p', (pattern, path, isMatch) => {
    expect(matchesAny([pattern], path)).toBe(isMatch);
  });

  it('is not held up by a pattern that is made to', () => {
    const startedAt = performance.now();
    expect(matchesAny(['*a'.repeat(127)], 'a'.repeat(4_000) + 'b')).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  // Root reads everything.
  (process.getuid?.() === 0 ? it.skip : it)('says which folder cannot be read', async () => {
    const folder = mkdtempSync(join(top, 'locked-'));
    mkdirSync(join(folder, 'shut'));
    chmodSync(join(folder, 'shut'), 0);
    expect(faultsOf(await findAll(sourceOf({ path: folder })))).toEqual([{ what: 'shut', reason: expect.stringContaining('EACCES'), hides: 'everything' }]);
  });
});

const files = { crt: fullChainPem(one.certificateDer, []), key: `${keyPem}\n`, chain: fullChainPem(one.chainDer[0] ?? Buffer.of(), one.chainDer.slice(1)) };

describeWith('openssl')('file-source and OpenSSL', () => {
  const p12 = (...options: string[]) => runPeerForBytes('openssl', ['pkcs12', '-export', '-in', '@crt', '-inkey', '@key', '-certfile', '@chain', '-passout', 'pass:secret', ...options], '-out', files);

  it.each([['PBES2', []], ['RC2 and triple DES', ['-legacy']]])('opens PKCS#12 under %s with one of its passwords', async (_name, options) => {
    const found = certificatesOf(await findingsOf({ 'a.p12': p12(...options) }, { passwords: 'wrong\nsecret' }));
    expect(found.map(({ certificateDer, chainDer }) => [fingerprintOf(certificateDer), chainDer.length])).toEqual([[print(one), 2]]);
  });

  it('says when none of its passwords fits, and does not take what is inside for gone', async () => {
    const findings = await findingsOf({ 'a.pfx': p12() }, { passwords: 'wrong' });
    expect(findings).toEqual([{ kind: 'fault', fault: { what: 'a.pfx', reason: 'none of the passwords opens it', hides: { scope: '.' } } }]);
  });

  it('reads trusted certificates', async () => {
    const trusted = runPeer('openssl', ['x509', '-in', '@crt', '-addtrust', 'serverAuth', '-trustout'], files);
    expect(trusted).toContain('BEGIN TRUSTED CERTIFICATE');
    expect(prints(await findingsOf({ 'a.pem': trusted }))).toEqual([print(one)]);
  });
});

describeWith('keytool')('file-source and Java', () => {
  it.each(['jks', 'jceks', 'pkcs12'])('finds the certificates of a %s trust store', async (storetype) => {
    const store = runPeerForBytes('keytool', ['-importcert', '-noprompt', '-alias', 'www', '-file', '@crt', '-storetype', storetype, '-storepass', 'changeit'], '-keystore', files);
    const found = certificatesOf(await findingsOf({ 'a.keystore': store }, { passwords: 'changeit' }));
    expect(found.map(({ certificateDer, name }) => [fingerprintOf(certificateDer), name])).toEqual([[print(one), storetype === 'pkcs12' ? 'a.keystore' : 'a.keystore#www']]);
  });
});
