import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { encodePem, fromPkcs8Der, toTraditionalPem } from '@sifaka/pki';
import { describeChecks, describeDestination, loopbackOutbound, outageChecks, testContext, testDeployable, testPath, testSuccessor } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { bucket, leastRights, pemOf, startStorage } from './storage-stand-in.js';

const storage = await startStorage(() => testContext().clock.now());
afterAll(() => storage.stop());
beforeEach(() => void Object.assign(storage.state, { rights: [...leastRights], prepared: [], onWrite: null, writes: 0 }));

const keyWith = (changes: object = {}) => JSON.stringify({ ...storage.key, ...changes }, null, 2);
const otherKey = pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const given = { bucketName: bucket, service_account_key: keyWith(), endpoint: storage.url };

describeDestination({
  plugin,
  options: Object.entries(given).map(([name, value]) => ({ name, value })),
  contents: () => new Map([...storage.objects].map(([name, { text }]) => [name, Buffer.from(text)])),
  plantBeside: ({ name }) => void storage.plant(`${name}.notes`, 'of somebody else'),
  wrongCredentials: [{ name: 'service_account_key', value: keyWith({ private_key: otherKey }) }],
  away: [{ name: 'endpoint', value: 'http://127.0.0.1:9' }],
});

function create(options: object = {}) {
  const context = testContext({ outbound: loopbackOutbound() });
  return { destination: plugin.create({ ...given, ...options }, context), context };
}
const make = (options: object = {}) => create(options).destination;
const textOf = (name: string) => storage.objects.get(name)?.text;

describeChecks('gcs-destination in an outage', outageChecks, {
  run: async (url, canary) => {
    storage.state.valid.clear();
    await make({ endpoint: url, service_account_key: keyWith({ private_key: storage.key.private_key.replace('-----BEGIN', `${canary}\n-----BEGIN`) }) }).check?.();
  },
});
describeChecks('gcs-destination when tokens cannot be had', outageChecks, {
  run: async (url, canary) => make({ service_account_key: keyWith({ token_uri: url, private_key: otherKey.replace('-----BEGIN', `${canary}\n-----BEGIN`) }) }).upload(testDeployable()),
});

describe('gcs-destination', () => {
  it('puts certificate and chain into one object, each on lines of its own, and the key into another', async () => {
    const certificate = testDeployable();
    const { certificateDer, chainDer, privateKeyPkcs8Der: key, fingerprint, name } = certificate;
    expect(await make().upload(certificate)).toEqual({ externalId: `gs://${bucket}/${name}.crt` });
    expect(textOf(`${name}.crt`)).toBe([certificateDer, ...chainDer].map((der) => encodePem('CERTIFICATE', der)).join('\n'));
    expect(textOf(`${name}.key.pem`)).toBe(toTraditionalPem(fromPkcs8Der(key ?? new Uint8Array())));
    expect(storage.objects.get(`${name}.crt`)).toMatchObject({ contentType: 'application/x-pem-file', cacheControl: 'no-store', metadata: { 'sifaka-fingerprint': fingerprint, 'sifaka-key-object': `${name}.key.pem` } });
    expect(storage.objects.get(`${name}.key.pem`)).toMatchObject({ cacheControl: 'no-store', metadata: { 'sifaka-fingerprint': fingerprint } });
  });

  it('takes a certificate without its key and without a chain', async () => {
    const certificate = testDeployable({ privateKeyPkcs8Der: null, chainDer: [] });
    const destination = make();
    const { externalId } = await destination.upload(certificate);
    expect(textOf(`${certificate.name}.crt`)).toBe(encodePem('CERTIFICATE', certificate.certificateDer));
    expect(storage.objects.has(`${certificate.name}.key.pem`)).toBe(false);
    expect(await destination.verify?.({ ...certificate, externalId })).toBe(true);
    await destination.remove?.({ ...certificate, externalId });
    expect(storage.objects.has(`${certificate.name}.crt`)).toBe(false);
  });

  it('writes nothing that is there already, and only what differs', async () => {
    const certificate = testDeployable();
    const destination = make();
    await destination.upload(certificate);
    await destination.upload(certificate);
    expect(storage.state.writes).toBe(2);
    storage.objects.delete(`${certificate.name}.key.pem`);
    expect(await destination.verify?.({ ...certificate, externalId: null })).toBe(false);
    await destination.upload(certificate);
    expect(storage.state.writes).toBe(3);
  });

  it('sees that somebody changed an object', async () => {
    const certificate = testDeployable();
    const destination = make();
    await destination.upload(certificate);
    storage.plant(`${certificate.name}.crt`, 'changed', storage.objects.get(`${certificate.name}.crt`)?.metadata);
    expect(await destination.verify?.({ ...certificate, externalId: null })).toBe(false);
    await destination.upload(certificate);
    expect(await destination.verify?.({ ...certificate, externalId: null })).toBe(true);
  });

  it('looks again when another client was faster, and never writes over what it has not seen', async () => {
    const certificate = testDeployable();
    storage.state.onWrite = () => void storage.plant(`${certificate.name}.key.pem`, 'of the other client');
    await make().upload(certificate);
    expect(textOf(`${certificate.name}.key.pem`)).toContain('PRIVATE KEY');
    const keepsOn = () => {
      storage.plant(`${certificate.name}.crt`, 'again');
      storage.state.onWrite = keepsOn;
    };
    storage.state.onWrite = keepsOn;
    storage.plant(`${certificate.name}.crt`, 'again');
    await expect(make().upload(certificate)).rejects.toMatchObject({ code: 'conflict', reason: 'google.overtaken', retryAfterMs: 5_000 });
  });

  it('removes no object that it did not write, and none that was changed meanwhile', async () => {
    const certificate = testDeployable();
    const { destination, context } = create();
    storage.plant(`${certificate.name}.crt`, 'of somebody else');
    await destination.remove?.({ ...certificate, externalId: null });
    expect(textOf(`${certificate.name}.crt`)).toBe('of somebody else');
    expect(context.logged.join()).toContain('was not written by this platform');
    await destination.upload(certificate);
    storage.state.onWrite = () => void storage.plant(`${certificate.name}.key.pem`, 'of somebody else');
    await destination.remove?.({ ...certificate, externalId: null });
    expect([textOf(`${certificate.name}.crt`), textOf(`${certificate.name}.key.pem`)]).toEqual([undefined, 'of somebody else']);
  });

  it('finds the key under the name that it was given then', async () => {
    const certificate = testDeployable();
    const { externalId } = await make({ keyObjectName: 'old/{CN}.key' }).upload(certificate);
    await make().remove?.({ ...certificate, externalId });
    expect([...storage.objects.keys()].filter((name) => name.includes(certificate.name))).toEqual([]);
  });

  it('gives objects the names of their templates', async () => {
    const certificate = testDeployable({ commonName: '*.example.test' });
    const destination = make({ certObjectName: 'tls/{CN}/cert.pem', keyObjectName: 'tls/{CN}/key.pem' });
    expect(await destination.upload(certificate)).toEqual({ externalId: `gs://${bucket}/tls/wildcard.example.test/cert.pem` });
    await destination.upload(testSuccessor(certificate, null));
    expect([...storage.objects.keys()].filter((name) => name.startsWith('tls/'))).toEqual(['tls/wildcard.example.test/key.pem', 'tls/wildcard.example.test/cert.pem']);
    await expect(make({ certObjectName: '{CN}', keyObjectName: 'www.example.test' }).upload(testDeployable({ commonName: 'www.example.test' }))).rejects.toMatchObject({ code: 'failed_precondition', reason: 'google.same_object' });
  });

  it.each(leastRights)('names %s when it is missing', async (right) => {
    storage.state.rights = leastRights.filter((each) => each !== right);
    await expect(make().check?.()).rejects.toMatchObject({ code: 'permission_denied', reason: 'google.permissions', message: `the service account lacks ${right} on the bucket "${bucket}": grant it roles/storage.objectUser there` });
    const certificate = testDeployable();
    storage.plant(`${certificate.name}.crt`, 'before');
    await expect(make().upload(certificate)).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining(right) });
  });

  it('passes where the store cannot be asked for rights, and reads then', async () => {
    storage.state.prepared.push({ status: 404, body: 'page not found' });
    await make().check?.();
    storage.state.prepared.push({ status: 501, body: 'not implemented' }, { status: 403, body: { error: { code: 403, message: 'Forbidden', errors: [{ reason: 'forbidden' }] } } });
    await expect(make().check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('Forbidden (forbidden)') });
  });

  it('says which bucket there is not', async () => {
    const destination = make({ bucketName: 'no-such-bucket' });
    const expected = { code: 'failed_precondition', message: expect.stringMatching(/no-such-bucket.* with 404: The specified bucket does not exist\. \(notFound\)/) };
    await expect(destination.check?.()).rejects.toMatchObject(expected);
    await expect(destination.upload(testDeployable())).rejects.toMatchObject(expected);
    await expect(destination.verify?.({ ...testDeployable(), externalId: null })).rejects.toMatchObject(expected);
  });

  it('passes on when it may come back, from a 429 and from a 403 that is about how often', async () => {
    storage.state.prepared.push({ status: 429, headers: { 'retry-after': '4' }, body: { error: { code: 429, message: 'The object exceeded the rate limit', errors: [{ reason: 'rateLimitExceeded' }] } } });
    await expect(make().upload(testDeployable())).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 4_000 });
    storage.state.prepared.push({ status: 403, body: { error: { code: 403, message: 'Quota exceeded', errors: [{ reason: 'userRateLimitExceeded' }] } } });
    await expect(make().upload(testDeployable())).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('logs in again when its token is taken back', async () => {
    const destination = make();
    await destination.check?.();
    storage.state.valid.clear();
    await destination.check?.();
  });

  it.each([
    ['bucketName', 'a/b'],
    ['bucketName', '..'],
    ['certObjectName', '/{CN}'],
    ['keyObjectName', '{X}.pem'],
    ['keyObjectName', '{CN}.crt'],
    ['service_account_key', '/etc/google.json'],
    ['service_account_key', '{"type": "authorized_user"}'],
    ['endpoint', 'ftp://storage.example.test'],
  ])('refuses the %s %s', (name, value) => {
    expect(() => make({ [name]: value })).toThrow(expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(name) }));
  });

  it('works with every type of key', async () => {
    for (const keyType of ['RSA2048', 'ED25519']) {
      const { certificateDer, chainDer, privateKeyPkcs8Der } = testPath(keyType);
      const certificate = testDeployable({ certificateDer, chainDer, privateKeyPkcs8Der });
      await make().upload(certificate);
      expect(textOf(`${certificate.name}.key.pem`)).toContain('PRIVATE KEY');
    }
  });
});
