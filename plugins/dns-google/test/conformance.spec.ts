import { generateKeyPairSync } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { describeChecks, describeDnsProvider, loopbackOutbound, outageChecks, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { pemOf, project, startGoogle } from './google-stand-in.js';

const names = ['acme.test', 'child.acme.test', ...Array.from({ length: 120 }, (_each, index) => `zone-${index}.test`)];
const google = await startGoogle(
  [
    ...names.map((name) => ({ name: name.replaceAll('.', '-'), dnsName: `${name}.` })),
    { name: 'twice-one', dnsName: 'twice.test.' },
    { name: 'twice-two', dnsName: 'twice.test.' },
    { name: 'inside', dnsName: 'www.acme.test.', visibility: 'private' },
  ],
  () => testContext().clock.now(),
);
afterAll(() => google.stop());

const keyWith = (changes: object = {}) => JSON.stringify({ ...google.key, ...changes }, null, 2);
const otherKey = pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

describeDnsProvider({
  plugin,
  options: [{ name: 'service_account_key', value: keyWith() }, { name: 'url', value: google.url }],
  zone: 'acme.test',
  childZone: 'child.acme.test',
  zones: [...names, 'twice.test'],
  read: (name) => google.read(name),
  wrongCredentials: [{ name: 'service_account_key', value: keyWith({ private_key: otherKey }) }],
  at: ({ host, port }) => [{ name: 'url', value: `http://${host}:${port}` }],
  speaks: 'http',
});

function create(options: object = {}) {
  const context = testContext({ outbound: loopbackOutbound() });
  return { provider: plugin.create({ service_account_key: keyWith(), url: google.url, ...options }, context), context };
}
const record = { name: '_acme-challenge.www.acme.test', value: 'a value', ttlSeconds: 30 };

describe('Google Cloud DNS', () => {
  it('asks for a token once for many calls, and again when it was taken back', async () => {
    const { provider } = create();
    const before = google.state.tokens;
    await provider.addTxt(record);
    await provider.removeTxt(record);
    expect(google.state.tokens).toBe(before + 1);
    google.state.valid.clear();
    await provider.zones();
    expect(google.state.tokens).toBe(before + 2);
  });

  it('keeps the records of others as they wrote them, and their time to live', async () => {
    const theirs = { name: `${record.name}.`, type: 'TXT' as const, ttl: 777, rrdatas: ['"of others, " "in two"', 'unquoted'] };
    google.sets.set(`acme-test/${record.name}.`, theirs);
    const { provider } = create();
    await provider.addTxt(record);
    expect(google.sets.get(`acme-test/${record.name}.`)).toEqual({ ...theirs, rrdatas: [...theirs.rrdatas, '"a value"'] });
    await provider.removeTxt(record);
    expect(google.sets.get(`acme-test/${record.name}.`)).toEqual(theirs);
    google.sets.clear();
  });

  it('writes to every public zone of a name, and to no private one', async () => {
    const { provider } = create();
    const twice = { ...record, name: '_acme-challenge.twice.test' };
    await provider.addTxt(twice);
    expect([google.read(twice.name, 'twice-one'), google.read(twice.name, 'twice-two')]).toEqual([['a value'], ['a value']]);
    await provider.removeTxt(twice);
    await provider.addTxt(record);
    expect([...google.sets.keys()]).toEqual([`acme-test/${record.name}.`]);
    google.sets.clear();
  });

  it.each(['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded'])('knows a 403 that is about how often: %s', async (reason) => {
    google.state.answers.push({ status: 403, body: { error: { code: 403, message: 'Quota exceeded', errors: [{ reason }] } } });
    await expect(create().provider.zones()).rejects.toMatchObject({ code: 'rate_limited', message: expect.stringContaining(`Quota exceeded (${reason})`) });
  });

  it('says which right it lacks on which project', async () => {
    await expect(create({ project: 'other-project' }).provider.check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining("Permission 'dns.managedZones.list' denied on project other-project") });
  });

  it.each([
    ['no JSON', 'canary-7f3a', 'is not the JSON key of a service account'],
    ['the key of a user', keyWith({ type: 'authorized_user' }), 'type'],
    ['a token address in clear', keyWith({ token_uri: 'http://tokens.example.test/' }), 'token_uri has to be an https address'],
    ['no project anywhere', keyWith({ project_id: undefined }), 'names no project'],
  ])('refuses %s', (_what, text, words) => {
    expect(() => create({ service_account_key: text })).toThrow(words);
    expect(() => create({ service_account_key: text })).not.toThrow('canary-7f3a');
  });

  it('takes the project from the options where the key names none', async () => {
    expect(await create({ service_account_key: keyWith({ project_id: undefined }), project }).provider.zones()).toContain('acme.test');
  });

  it('says that the private key is none', async () => {
    await expect(create({ service_account_key: keyWith({ private_key: 'canary-7f3a' }) }).provider.check?.()).rejects.toMatchObject({ code: 'failed_precondition', message: 'service_account_key: private_key is no RSA key in PEM' });
  });
});

describeChecks('Google Cloud DNS when tokens cannot be had', outageChecks, {
  run: async (url, canary) => create({ service_account_key: keyWith({ token_uri: url, private_key: otherKey.replace('-----BEGIN', `${canary}\n-----BEGIN`) }) }).provider.check?.(),
});
