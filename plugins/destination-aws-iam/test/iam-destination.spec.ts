import { GetServerCertificateCommand, IAMClient, ListServerCertificatesCommand } from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { serverCertificateName } from '@sifaka/aws';
import { describeWithPeers, openMotoAccount, startMoto, startMotoProxy, type Moto, type MotoAccount, type MotoProxy } from '@sifaka/peers';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeDestination, makeDestination, testDeployable, type DestinationSubject } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const basics = { accountNumber: '123456789012', path: '/edge/', role: 'Uploads', access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'canary-of-the-secret-key' };
/** As in the README. */
const rights = ['iam:GetServerCertificate', 'iam:UploadServerCertificate', 'iam:TagServerCertificate', 'iam:DeleteServerCertificate'];
const fault = (code: string, message: string, status = 400) => ({ status, body: `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>` });

describeWithPeers(['moto'], 'server certificates at moto, with rights enforced', () => {
  let moto: Moto;
  let account: MotoAccount;
  let client: IAMClient;
  const proxies: MotoProxy[] = [];
  const subject: DestinationSubject = { plugin, options: named(basics), contents, wrongCredentials: named({ secret_access_key: 'no-such-secret-0123456789' }), away: named({ endpoint: 'http://127.0.0.1:1' }), keepsEach: true };
  const one = (changes: Record<string, unknown> = {}) => makeDestination(subject, named(changes)).destination;

  async function contents(): Promise<Map<string, Buffer>> {
    const { ServerCertificateMetadataList: entries = [] } = await client.send(new ListServerCertificatesCommand({}));
    const found = new Map<string, Buffer>();
    for (const { ServerCertificateName: name = '', Path: path = '' } of entries) {
      const { ServerCertificate: certificate } = await client.send(new GetServerCertificateCommand({ ServerCertificateName: name }));
      found.set(`${path}${name}`, Buffer.from(certificate?.CertificateBody ?? ''));
    }
    return found;
  }
  const through = async (behaviour: Parameters<typeof startMotoProxy>[1]) => {
    const proxy = await startMotoProxy(moto.url, behaviour);
    proxies.push(proxy);
    return { proxy, destination: one({ endpoint: proxy.url }) };
  };

  beforeAll(async () => {
    moto = await startMoto();
    account = await openMotoAccount(moto.url, { Uploads: rights, Nothing: ['iam:GetUser'] });
    client = new IAMClient({ endpoint: moto.url, region: 'us-east-1', credentials: account.administrator });
    subject.options = named({ ...basics, access_key_id: account.platform.accessKeyId, secret_access_key: account.platform.secretAccessKey, endpoint: moto.url });
  }, 90_000);
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  });
  afterAll(async () => {
    client.destroy();
    await moto.stop();
  });

  describeDestination(subject);

  it('are called by their ARN, and stand below the path', async () => {
    const certificate = testDeployable();
    expect(await one().upload(certificate)).toEqual({ externalId: `arn:aws:iam::123456789012:server-certificate/edge/${certificate.name}` });
  });

  it('come with key, tag and chain, but without the root', async () => {
    const certificate = testDeployable();
    const { proxy, destination } = await through({});
    await destination.upload(certificate);
    const sent = new URLSearchParams(proxy.calls.find(({ action }) => action === 'UploadServerCertificate')?.body);
    expect(sent.get('PrivateKey')).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
    expect(sent.get('CertificateChain')?.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect([sent.get('Tags.member.1.Key'), sent.get('Tags.member.1.Value')]).toEqual(['sifaka-fingerprint', certificate.fingerprint]);
  });

  it('are uploaded without tags where the role may set none', async () => {
    const { proxy, destination } = await through({
      instead: ({ action, body }) => (action === 'UploadServerCertificate' && body.includes('Tags.member') ? fault('AccessDenied', 'User is not authorized to perform: iam:TagServerCertificate', 403) : null),
    });
    await destination.upload(testDeployable());
    expect(proxy.calls.filter(({ action }) => action === 'UploadServerCertificate')).toHaveLength(2);
  });

  it('that somebody else uploads at the same moment are compared, not overwritten', async () => {
    const certificate = testDeployable();
    const { externalId } = await one().upload(certificate);
    let isHidden = true;
    const hideOnce = ({ action }: { action: string }) => {
      if (action === 'UploadServerCertificate') return fault('EntityAlreadyExists', 'The Server Certificate with name x already exists.', 409);
      if (action !== 'GetServerCertificate' || !isHidden) return null;
      isHidden = false;
      return fault('NoSuchEntity', 'The Server Certificate with name x cannot be found.', 404);
    };
    expect(await (await through({ instead: hideOnce })).destination.upload(certificate)).toEqual({ externalId });
  });

  it('of the same name below another path are not taken for ours', async () => {
    const certificate = testDeployable();
    await one({ path: '/elsewhere/' }).upload(certificate);
    await expect(one().upload(certificate)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'aws.other_path' });
    expect(await one().verify?.({ ...certificate, externalId: null })).toBe(false);
  });

  it('are seen once AWS shows them everywhere', async () => {
    const certificate = testDeployable();
    const { externalId } = await one().upload(certificate);
    let reads = 0;
    const { destination } = await through({ instead: ({ action }) => (action === 'GetServerCertificate' && (reads += 1) < 3 ? fault('NoSuchEntity', 'cannot be found', 404) : null) });
    expect(await destination.verify?.({ ...certificate, externalId })).toBe(true);
  });

  it('that something uses are not removed, and AWS says what', async () => {
    const certificate = testDeployable();
    const { externalId } = await one().upload(certificate);
    const { destination } = await through({ instead: ({ action }) => (action === 'DeleteServerCertificate' ? fault('DeleteConflict', 'Certificate: X is currently in use by arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/web.', 409) : null) });
    await expect(destination.remove?.({ ...certificate, externalId })).rejects.toMatchObject({ code: 'conflict', reason: 'aws.DeleteConflict', message: expect.stringContaining('loadbalancer/web') });
  });

  it('are uploaded though AWS throttles', async () => {
    let left = 2;
    const { destination } = await through({ instead: ({ action }) => (action === 'UploadServerCertificate' && (left -= 1) >= 0 ? fault('Throttling', 'Rate exceeded') : null) });
    const certificate = testDeployable();
    await destination.upload(certificate);
    expect([...(await contents()).keys()].filter((key) => key.endsWith(certificate.name))).toHaveLength(1);
  }, 30_000);

  it('say that the account has no room', async () => {
    const { destination } = await through({ instead: ({ action }) => (action === 'UploadServerCertificate' ? fault('LimitExceeded', 'Cannot exceed quota for ServerCertificatesPerAccount: 20', 409) : null) });
    await expect(destination.upload(testDeployable())).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('ServerCertificatesPerAccount: 20') });
  });

  it('are out of reach for a role without rights', async () => {
    await expect(one({ role: 'Nothing' }).check?.()).rejects.toMatchObject({ code: 'permission_denied' });
  });
});

describe('aws-destination', () => {
  const parse = (values: Record<string, unknown>) => parsePluginOptions(plugin, named({ accountNumber: '000011112222', ...values }));

  it.each(['edge', '/edge', 'edge/', '//', '/a b/'])('refuses the path "%s"', (path) => {
    expect(() => parse({ path })).toThrow(/path/);
  });

  it.each([
    ['', '/'],
    ['/', '/'],
    ['/a/b/', '/a/b/'],
  ])('takes the path "%s" for %s', (path, expected) => {
    expect(parse({ path })).toMatchObject({ path: expected });
  });

  it('names its store by account and path', () => {
    expect(one('/edge/')).toBe('aws:iam:000011112222:/edge/');
    expect(one('')).toBe('aws:iam:000011112222:/');
  });

  it('has a source beside it that looks at the same place, without keys', () => {
    expect(plugin.sourceTwin(parse({ access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'canary' }))).toEqual({ slug: 'aws-source', options: { accountNumber: '000011112222', path: '/' } });
    expect(plugin.sourceTwin(parse({ path: '/cloudfront/', role: 'Certs', region: 'eu-west-1' }))).toEqual({ slug: 'aws-source', options: { accountNumber: '000011112222', path: '/cloudfront/', endpointType: 'cloudfront', role: 'Certs', region: 'eu-west-1' } });
  });

  it.each(['*.example.test', 'bücher', 'with space', ''])('has a name for "%s" that IAM takes, and always the same', (name) => {
    expect(serverCertificateName(name)).toMatch(/^[\w+=,.@-]{1,128}$/);
    expect(serverCertificateName(name)).toBe(serverCertificateName(name));
  });

  it('leaves a name alone that IAM takes', () => {
    expect(serverCertificateName('www.example.test-CA-20260101-20270101')).toBe('www.example.test-CA-20260101-20270101');
  });

  it('keeps long names apart', () => {
    const [first, second] = [serverCertificateName(`${'a'.repeat(200)}1`), serverCertificateName(`${'a'.repeat(200)}2`)];
    expect(first).toHaveLength(128);
    expect(first).not.toBe(second);
  });

  function one(path: string): string | undefined {
    return makeDestination({ plugin, options: named({ accountNumber: '000011112222', path }), contents: () => new Map(), wrongCredentials: [], away: [] }).destination.store;
  }
});
