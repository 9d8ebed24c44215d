import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { encodePem } from '@sifaka/pki';
import type { Finding, Source } from '@sifaka/plugin-sdk';
import { describeChecks, describeSource, loopbackOutbound, outageChecks, testContext, testPath, type TestPath } from '@sifaka/plugin-sdk/conformance';
import { startVaultKv, type KvStandIn } from '@sifaka/vault/stand-in';
import plugin from '../src/index.js';

/** Read alone, as the README has it; `s.clean-token` may remove, too. */
const policies = { 's.good-token': { 'secret/data/tls/edge': ['read', 'update'] }, 's.read-token': { 'secret/data/tls/*': ['read'] }, 's.poor-token': { 'secret/data/other': ['read'] } };
const pem = (...ders: Uint8Array[]) => ders.map((der) => encodePem('CERTIFICATE', der)).join('\n');
const paths: TestPath[] = [1, 2, 3, 4, 5].map(() => testPath('ECCPRIME256V1'));
const [nginx, apache, plain, odd, spare] = paths;
if (nginx === undefined || apache === undefined || plain === undefined || odd === undefined || spare === undefined) throw new Error('five paths are five');

/** The four styles of the destination, and one that somebody else made. */
const entries = {
  'nginx.example.test': { crt: pem(nginx.certificateDer, ...nginx.chainDer), key: 'not read', san: ['nginx.example.test'] },
  'apache.example.test': { crt: pem(apache.certificateDer), chain: pem(...apache.chainDer), key: 'not read', san: [] },
  'pem.example.test': { pem: pem(plain.certificateDer), chain: pem(...plain.chainDer), key: 'not read', san: [] },
  'odd.example.test': { note: 'made by hand', cert: `\n${pem(odd.certificateDer)}` },
};
const fingerprintOf = (der: Uint8Array) => createHash('sha256').update(der).digest('hex');

let vault: KvStandIn;
const options = [
  { name: 'vaultUrl', value: 'http://127.0.0.1:1' },
  { name: 'vaultMount', value: 'secret' },
  { name: 'vaultPath', value: 'tls' },
  { name: 'objectName', value: 'edge' },
  { name: 'token', value: 's.good-token' },
];
beforeAll(async () => {
  vault = await startVaultKv({ policies });
  Object.assign(options[0] ?? {}, { value: vault.url });
});
beforeEach(() => vault.put('tls/edge', entries));
afterAll(() => vault.stop());

const make = (given: Record<string, unknown> = {}): Source =>
  plugin.create({ vaultUrl: vault.url, vaultMount: 'secret', vaultPath: 'tls', objectName: 'edge', token: 's.read-token', ...given }, testContext({ outbound: loopbackOutbound() }));

async function findings(source: Source): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of source.scan({ resumeAfter: null, signal: new AbortController().signal })) found.push(finding);
  return found;
}

const change = (more: Record<string, unknown>) => vault.put('tls/edge', { ...vault.secrets().get('tls/edge'), ...more });

describeSource({
  plugin,
  options,
  certificates: () => [nginx, apache, plain].map(({ certificateDer, chainDer }) => ({ fingerprint: fingerprintOf(certificateDer), chainLength: chainDer.length })).concat({ fingerprint: fingerprintOf(odd.certificateDer), chainLength: 0 }),
  wrongCredentials: [{ name: 'token', value: 's.wrong-token' }],
  away: [{ name: 'vaultUrl', value: 'http://127.0.0.1:9' }],
  breakOne: () => {
    change({ 'broken.example.test': { crt: '-----BEGIN CERTIFICATE-----\nAAAA' } });
    return async () => vault.put('tls/edge', entries);
  },
  removable: () => {
    change({ 'spare.example.test': { crt: pem(spare.certificateDer) } });
    return { name: 'spare.example.test', externalId: 'secret/tls/edge#spare.example.test', fingerprint: fingerprintOf(spare.certificateDer) };
  },
});

describeChecks('vault-source in an outage', outageChecks, { run: async (url, canary) => make({ vaultUrl: url, token: canary }).check?.() });

describe('vault-source', () => {
  it.each([
    ['no object', 'text'],
    ['no certificate in it', { note: 'nothing here' }],
    ['another kind of PEM', { crt: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----' }],
    ['cut off', { crt: '-----BEGIN CERTIFICATE-----\nAAAA' }],
  ])('passes over an entry that is broken: %s', async (_title, entry) => {
    change({ 'broken.example.test': entry });
    const found = await findings(make());
    expect(found.filter(({ kind }) => kind === 'certificate')).toHaveLength(4);
    expect(found.flatMap((finding) => (finding.kind === 'fault' ? [finding.fault] : []))).toEqual([{ what: 'secret/tls/edge#broken.example.test', reason: expect.stringMatching(/^the entry (is|has|holds) /), hides: 'nothing' }]);
  });

  it('finds nothing where no secret is, and says so where it may not look', async () => {
    expect(await findings(make({ objectName: 'none' }))).toEqual([]);
    await expect(findings(make({ token: 's.poor-token' }))).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(make({ token: 's.poor-token' }).check?.()).rejects.toThrow(/lack "read" on secret\/data\/tls\/edge/);
  });

  it('leaves an entry that holds another certificate by now', async () => {
    await make({ token: 's.good-token' }).remove?.({ name: 'nginx.example.test', externalId: null, fingerprint: fingerprintOf(spare.certificateDer) });
    expect(Object.keys(vault.secrets().get('tls/edge') ?? {})).toEqual(Object.keys(entries));
  });
});
