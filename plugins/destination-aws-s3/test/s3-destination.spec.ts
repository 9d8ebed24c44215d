import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithPeers, startMoto, type Moto } from '@sifaka/peers';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeDestination, loopbackOutbound, makeDestination, startStandIn, testContext, testDeployable, type DestinationSubject } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const keys = { access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'canary-of-the-secret-key' };
const basics = { bucket: 'certs.example.test', accountNumber: '123456789012', ...keys };

describeWithPeers(['moto'], 'objects in moto', () => {
  let moto: Moto;
  let client: S3Client;
  const subject: DestinationSubject = { plugin, options: named({ ...basics, prefix: 'edge/' }), contents: () => contents('edge/'), wrongCredentials: [], away: named({ endpoint: 'http://127.0.0.1:1' }) };
  const one = (changes: Record<string, unknown> = {}) => makeDestination(subject, named(changes)).destination;

  async function contents(prefix: string): Promise<Map<string, Buffer>> {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: basics.bucket, Prefix: prefix }));
    const found = new Map<string, Buffer>();
    for (const { Key = '' } of Contents) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: basics.bucket, Key }));
      found.set(Key, Buffer.from((await Body?.transformToByteArray()) ?? []));
    }
    return found;
  }
  const head = (key: string) => client.send(new HeadObjectCommand({ Bucket: basics.bucket, Key: key }));

  beforeAll(async () => {
    moto = await startMoto();
    client = new S3Client({ endpoint: moto.url, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    await client.send(new CreateBucketCommand({ Bucket: basics.bucket }));
    subject.options = named({ ...basics, prefix: 'edge/', endpoint: moto.url });
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
