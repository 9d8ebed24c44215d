import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, ListObjectsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithPeers, openMotoAccount, startMoto, startMotoProxy, type Moto } from '@sifaka/peers';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeDestination, loopbackOutbound, makeDestination, startStandIn, testContext, testDeployable, type DestinationSubject } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const keys = { access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'canary-of-the-secret-key' };
const basics = { bucket: 'certs.example.test', accountNumber: '123456789012', role: 'Objects', region: 'eu-west-1', ...keys };
/** As in the README. */
const rights = ['s3:PutObject', 's3:PutObjectAcl', 's3:GetObject', 's3:DeleteObject', 's3:ListBucket'];

describeWithPeers(['moto'], 'objects in moto, with rights enforced', () => {
  let moto: Moto;
  let client: S3Client;
  const subject: DestinationSubject = { plugin, options: named({ ...basics, prefix: 'edge/' }), contents: () => contents('edge/'), wrongCredentials: named({ secret_access_key: 'no-such-secret-0123456789' }), away: named({ endpoint: 'http://127.0.0.1:1' }) };
  const one = (changes: Record<string, unknown> = {}) => makeDestination(subject, named(changes)).destination;

  async function contents(prefix: string): Promise<Map<string, Buffer>> {
    // moto does not understand the signature of a query with a slash in it.
    const { Contents = [] } = await client.send(new ListObjectsCommand({ Bucket: basics.bucket }));
    const found = new Map<string, Buffer>();
    for (const { Key = '' } of Contents.filter((each) => each.Key?.startsWith(prefix) === true)) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: basics.bucket, Key }));
      found.set(Key, Buffer.from((await Body?.transformToByteArray()) ?? []));
    }
    return found;
  }
  const head = (key: string) => client.send(new HeadObjectCommand({ Bucket: basics.bucket, Key: key }));

  beforeAll(async () => {
    moto = await startMoto();
    const { administrator, platform } = await openMotoAccount(moto.url, { Objects: rights });
    client = new S3Client({ endpoint: moto.url, region: 'eu-west-1', forcePathStyle: true, credentials: administrator });
    await client.send(new CreateBucketCommand({ Bucket: basics.bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
    subject.options = named({ ...basics, access_key_id: platform.accessKeyId, secret_access_key: platform.secretAccessKey, prefix: 'edge/', endpoint: moto.url });
  }, 90_000);
  afterAll(async () => {
    client.destroy();
    await moto.stop();
  });

  describeDestination(subject);

  it('are encrypted unless that was switched off, and never so for tokens', async () => {
    const certificate = testDeployable();
    expect(await one().upload(certificate)).toEqual({ externalId: `s3://${basics.bucket}/edge/${certificate.name}.pem` });
    expect((await head(`edge/${certificate.name}.pem`)).ServerSideEncryption).toBe('AES256');
    const open = testDeployable();
    await one({ encrypt: false }).upload(open);
    await one().uploadToken?.({ path: '.well-known/acme-challenge/token-1', content: 'token-1.thumb' });
    for (const key of [`edge/${open.name}.pem`, 'edge/token-1']) expect((await head(key)).ServerSideEncryption).toBeUndefined();
  });

  it.each([
    ['', 'tok'],
    ['deep/er', 'deep/er/tok'],
    ['deep/er/', 'deep/er/tok'],
    ['deep/er//', 'deep/er/tok'],
  ])('below the prefix "%s" have one slash before their name', async (prefix, key) => {
    await one({ prefix }).uploadToken?.({ path: '.well-known/acme-challenge/tok', content: 'x' });
    expect((await head(key)).ContentType).toBe('text/plain');
    await one({ prefix }).removeToken?.({ path: '.well-known/acme-challenge/tok' });
    await expect(head(key)).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('that are published say what they are, and are asked for again soon', async () => {
    await one().publish?.({ name: 'corp-ca.crl', mediaType: 'application/pkix-crl', content: Buffer.from('list') });
    expect(await head('edge/corp-ca.crl')).toMatchObject({ ContentType: 'application/pkix-crl', CacheControl: 'public, max-age=30', ContentLength: 4 });
    expect((await head('edge/corp-ca.crl')).ServerSideEncryption).toBeUndefined();
    await one().unpublish?.({ name: 'corp-ca.crl' });
    await expect(head('edge/corp-ca.crl')).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('are what the export plugin makes', async () => {
    const certificate = testDeployable();
    const asked: unknown[] = [];
    const exportPlugin = { slug: 'openssl-export', pluginOptions: [{ name: 'passphrase', value: 'secret:ref' }] };
    const { destination } = makeDestination({ ...subject, exportWith: (...question) => (asked.push(question), Promise.resolve({ extension: 'p12', passphrase: 'given', data: Buffer.from('p12') })) }, named({ exportPlugin }));
    await destination.upload(certificate);
    expect(asked).toEqual([['openssl-export', exportPlugin.pluginOptions, certificate]]);
    expect((await contents(`edge/${certificate.name}`)).get(`edge/${certificate.name}.p12`)?.toString()).toBe('p12');
  });

  it('are not made with a passphrase that nobody would know', async () => {
    const { destination } = makeDestination({ ...subject, exportWith: () => Promise.resolve({ extension: 'p12', passphrase: 'made-up', data: Buffer.from('x') }) }, named({ exportPlugin: { slug: 'openssl-export', pluginOptions: [] } }));
    await expect(destination.upload(testDeployable())).rejects.toMatchObject({ code: 'failed_precondition', message: expect.not.stringContaining('made-up') });
  });

  it('say which certificate they are, and those that do not are left alone', async () => {
    const certificate = testDeployable();
    const { externalId } = await one().upload(certificate);
    expect((await head(`edge/${certificate.name}.pem`)).Metadata).toEqual({ 'sifaka-fingerprint': certificate.fingerprint });
    await client.send(new PutObjectCommand({ Bucket: basics.bucket, Key: `edge/${certificate.name}.pem`, Body: 'of others' }));
    expect(await one().verify?.({ ...certificate, externalId })).toBe(false);
    await one().remove?.({ ...certificate, externalId });
    expect((await contents(`edge/${certificate.name}`)).get(`edge/${certificate.name}.pem`)?.toString()).toBe('of others');
  });

  it('are found by what they were called when they were uploaded, whatever the export makes now', async () => {
    const certificate = testDeployable();
    const exportPlugin = { slug: 'openssl-export', pluginOptions: [{ name: 'passphrase', value: 'given' }] };
    const exporting: DestinationSubject = { ...subject, exportWith: () => Promise.resolve({ extension: 'p12', passphrase: 'given', data: Buffer.from('p12') }) };
    const { destination } = makeDestination(exporting, named({ exportPlugin }));
    const { externalId } = await destination.upload(certificate);
    await expect(destination.remove?.({ ...certificate, externalId: null })).rejects.toMatchObject({ code: 'failed_precondition' });
    await one().remove?.({ ...certificate, externalId });
    expect([...(await contents(`edge/${certificate.name}`)).keys()]).toEqual([]);
  });

  it('are asked for in the region of the bucket', async () => {
    const proxy = await startMotoProxy(moto.url, {});
    await one({ endpoint: proxy.url }).upload(testDeployable());
    expect(proxy.calls.filter(({ service }) => service === 's3').map(({ region }) => region)).toEqual(['eu-west-1']);
    await proxy.stop();
  });

  it('are not said to be there without a bucket', async () => {
    await expect(one({ bucket: 'nobody-has-it' }).check?.()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('NoSuchBucket') });
    await expect(one({ bucket: 'nobody-has-it' }).uploadToken?.({ path: 'a/token', content: 'x' })).rejects.toMatchObject({ message: expect.stringContaining('NoSuchBucket') });
  });
});

describe('S3', () => {
  it('says with AWS’s words what it refuses, and asks for full control of the owner', async () => {
    const body = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>no s3:PutObject for you</Message></Error>';
    const standIn = await startStandIn(() => ({ status: 403, headers: { 'content-type': 'application/xml' }, body }));
    try {
      const context = testContext({ outbound: loopbackOutbound() });
      const destination = plugin.create(parsePluginOptions(plugin, named({ ...basics, assumes_role: false, endpoint: standIn.url })), context);
      const fault = await destination.upload(testDeployable()).then(() => null, (error: unknown) => error);
      expect(fault).toMatchObject({ code: 'permission_denied', message: expect.stringContaining('no s3:PutObject for you') });
      expect(JSON.stringify(fault)).not.toContain(keys.secret_access_key);
      expect(standIn.requests[0]?.headers).toMatchObject({ 'x-amz-acl': 'bucket-owner-full-control', 'x-amz-server-side-encryption': 'AES256' });
      expect(standIn.requests[0]?.path).toMatch(/^\/certs\.example\.test\//);
      await destination.close?.();
    } finally {
      await standIn.stop();
    }
  });

  it.each([
    ['bucket', 'UPPER'],
    ['bucket', 'ab'],
    ['accountNumber', '12'],
    ['prefix', '/certs'],
  ])('needs a good %s', (name, value) => {
    expect(() => parsePluginOptions(plugin, named({ ...basics, [name]: value }))).toThrow(new RegExp(name));
  });
});
