import { ACMClient, DeleteCertificateCommand, GetCertificateCommand, ListCertificatesCommand, ListTagsForCertificateCommand } from '@aws-sdk/client-acm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithPeers, openMotoAccount, startMoto, startMotoProxy, type Moto, type MotoAccount, type MotoProxy } from '@sifaka/peers';
import { describeDestination, makeDestination, testDeployable, type DestinationSubject } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const basics = { accountNumber: '123456789012', region: 'eu-west-1', role: 'Imports', access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'canary-of-the-secret-key' };
/** As in the README. */
const rights = ['ListCertificates', 'GetCertificate', 'DescribeCertificate', 'ImportCertificate', 'DeleteCertificate', 'ListTagsForCertificate', 'AddTagsToCertificate'].map((action) => `acm:${action}`);
const fault = (name: string, message: string) => ({ status: 400, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify({ __type: name, message }) });

describeWithPeers(['moto'], 'certificates in ACM at moto, with rights enforced', () => {
  let moto: Moto;
  let account: MotoAccount;
  let client: ACMClient;
  const proxies: MotoProxy[] = [];
  const subject: DestinationSubject = { plugin, options: named(basics), contents, wrongCredentials: named({ secret_access_key: 'no-such-secret-0123456789' }), away: named({ endpoint: 'http://127.0.0.1:1' }) };
  const one = (changes: Record<string, unknown> = {}) => makeDestination(subject, named(changes)).destination;

  async function tagsOf(arn: string | undefined): Promise<Map<string | undefined, string | undefined>> {
    const { Tags: tags = [] } = await client.send(new ListTagsForCertificateCommand({ CertificateArn: arn }));
    return new Map(tags.map(({ Key, Value }) => [Key, Value]));
  }
  async function contents(): Promise<Map<string, Buffer>> {
    const { CertificateSummaryList: entries = [] } = await client.send(new ListCertificatesCommand({}));
    const found = new Map<string, Buffer>();
    for (const { CertificateArn: arn } of entries) {
      const { Certificate: pem = '' } = await client.send(new GetCertificateCommand({ CertificateArn: arn }));
      found.set(`${(await tagsOf(arn)).get('Name') ?? ''} ${arn ?? ''}`, Buffer.from(pem));
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
    account = await openMotoAccount(moto.url, { Imports: rights, Nothing: ['acm:GetAccountConfiguration'] });
    client = new ACMClient({ endpoint: moto.url, region: 'eu-west-1', credentials: account.administrator });
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

  it('stand in the region that was asked for', async () => {
    expect((await one().upload(testDeployable())).externalId).toMatch(/^arn:aws:acm:eu-west-1:123456789012:certificate\//);
    expect(one().store).toBe('aws:acm:123456789012:eu-west-1');
  });

  it('come with tags and chain, but without the root', async () => {
    const { proxy, destination } = await through({});
    const certificate = testDeployable();
    const { externalId } = await destination.upload(certificate);
    const sent: { CertificateChain?: string } = JSON.parse(proxy.calls.find(({ action }) => action === 'ImportCertificate')?.body ?? '{}') as { CertificateChain?: string };
    expect(Buffer.from(sent.CertificateChain ?? '', 'base64').toString().match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect([...(await tagsOf(externalId ?? ''))]).toEqual([
      ['Name', certificate.name],
      ['sifaka-fingerprint', certificate.fingerprint],
    ]);
  });

  it('are found again when the answer to their import was lost', async () => {
    const certificate = testDeployable();
    let isLost = false;
    const lose = ({ action }: { action: string }) => {
      if (action !== 'ImportCertificate' || isLost) return null;
      isLost = true;
      return fault('ValidationException', 'lost on the way');
    };
    const before = (await contents()).size;
    await expect((await through({ after: lose })).destination.upload(certificate)).rejects.toMatchObject({ message: expect.stringContaining('lost on the way') });
    const { externalId } = await one().upload(certificate);
    expect((await contents()).size).toBe(before + 1);
    expect(await one().verify?.({ ...certificate, externalId })).toBe(true);
  });

  it('take the ARN of what they replace, once, also when the answer was lost', async () => {
    const first = testDeployable();
    const { externalId } = await one().upload(first);
    const second = { ...testDeployable(), replaces: [{ ...first, externalId }] };
    const { proxy, destination } = await through({ after: ({ action }) => (action === 'AddTagsToCertificate' && proxyCalls() === 1 ? fault('InvalidParameterException', 'lost on the way') : null) });
    const proxyCalls = () => proxy.calls.filter(({ action }) => action === 'AddTagsToCertificate').length;
    await expect(destination.upload(second)).rejects.toBeDefined();
    expect(await destination.upload(second)).toEqual({ externalId });
    expect(proxy.calls.filter(({ action }) => action === 'ImportCertificate')).toHaveLength(1);
    expect((await tagsOf(externalId ?? '')).get('sifaka-fingerprint')).toBe(second.fingerprint);
    await one().remove?.({ ...first, externalId });
    expect(await one().verify?.({ ...second, externalId })).toBe(true);
  });

  it('take no ARN that holds something else by now', async () => {
    const [first, foreign, second] = [testDeployable(), testDeployable(), testDeployable()];
    const { externalId } = await one().upload(first);
    await one().upload({ ...foreign, replaces: [{ ...first, externalId }] });
    const { externalId: own } = await one().upload({ ...second, replaces: [{ ...first, externalId }] });
    expect(own).not.toBe(externalId);
    expect(await one().verify?.({ ...foreign, externalId })).toBe(true);
  });

  it('get an ARN of their own when ACM does not take them in place', async () => {
    const first = testDeployable();
    const { externalId } = await one().upload(first);
    const { destination } = await through({ instead: ({ action, body }) => (action === 'ImportCertificate' && body.includes('CertificateArn') ? fault('ValidationException', 'Key type of the certificate differs') : null) });
    const second = { ...testDeployable(), replaces: [{ ...first, externalId }] };
    const { externalId: own } = await destination.upload(second);
    expect(own).not.toBe(externalId);
    expect(await one().verify?.({ ...first, externalId })).toBe(true);
  });

  it('keep the tags of what they replace where the role may set none', async () => {
    const first = testDeployable();
    const { externalId } = await one().upload(first);
    const { destination } = await through({ instead: ({ action }) => (action === 'AddTagsToCertificate' ? fault('AccessDeniedException', 'not authorized to perform: acm:AddTagsToCertificate') : null) });
    expect(await destination.upload({ ...testDeployable(), replaces: [{ ...first, externalId }] })).toEqual({ externalId });
  });

  it('that something uses are not removed, and it is said what', async () => {
    const certificate = testDeployable();
    const { externalId } = await one().upload(certificate);
    const { destination } = await through({
      instead: ({ action }) => {
        if (action === 'DeleteCertificate') return fault('ResourceInUseException', 'Certificate is in use.');
        if (action !== 'DescribeCertificate') return null;
        return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify({ Certificate: { CertificateArn: externalId, InUseBy: ['arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1'] } }) };
      },
    });
    await expect(destination.remove?.({ ...certificate, externalId })).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(/loadbalancer\/app\/web/) });
  });

  it('are looked for among all pages and key types', async () => {
    const certificate = testDeployable();
    const { externalId } = await one().upload(certificate);
    const { proxy, destination } = await through({
      after: ({ action, body }, text) => {
        if (action !== 'ListCertificates') return null;
        const { CertificateSummaryList: all } = JSON.parse(text) as { CertificateSummaryList: object[] };
        const start = Number((JSON.parse(body) as { NextToken?: string }).NextToken ?? 0);
        const next = start + 1 < all.length ? { NextToken: String(start + 1) } : {};
        return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify({ CertificateSummaryList: all.slice(start, start + 1), ...next }) };
      },
    });
    expect(await destination.upload(certificate)).toEqual({ externalId });
    expect(proxy.calls.find(({ action }) => action === 'ListCertificates')?.body).toContain('EC_prime256v1');
  });

  it('are gone when somebody deleted them', async () => {
    const certificate = testDeployable();
    const { externalId } = await one().upload(certificate);
    await client.send(new DeleteCertificateCommand({ CertificateArn: externalId ?? '' }));
    expect(await one().verify?.({ ...certificate, externalId })).toBe(false);
    await one().remove?.({ ...certificate, externalId });
  });

  it('are out of reach for a role without rights', async () => {
    await expect(one({ role: 'Nothing' }).check?.()).rejects.toMatchObject({ code: 'permission_denied' });
  });
});

describe('aws-acm-dest', () => {
  it('takes the default region where none is given', () => {
    const { destination } = makeDestination({ plugin, options: named({ accountNumber: '000011112222' }), contents: () => new Map(), wrongCredentials: [], away: [] });
    expect(destination.store).toBe('aws:acm:000011112222:us-east-1');
  });
});
