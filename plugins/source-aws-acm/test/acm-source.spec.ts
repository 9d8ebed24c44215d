import { ACMClient, DeleteCertificateCommand, ImportCertificateCommand, RequestCertificateCommand } from '@aws-sdk/client-acm';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers, openMotoAccount, startMoto, startMotoProxy, type Moto, type MotoProxy } from '@sifaka/peers';
import { encodePem, fromPkcs8Der, toPkcs8Pem } from '@sifaka/pki';
import type { StoredCertificate } from '@sifaka/plugin-sdk';
import { certificatesOf, describeSource, faultsOf, findAll, loopbackOutbound, makeSource, testContext, testDeployable, type SourceSubject } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const basics = { accountNumber: '123456789012', regions: 'eu-west-1,us-east-1', role: 'Discovery', access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'canary-of-the-secret-key' };
/** As in the README. */
const rights = ['acm:ListCertificates', 'acm:GetCertificate', 'acm:DeleteCertificate', 'acm:DescribeCertificate', 'ec2:DescribeRegions'];
const json = (body: object, status = 200) => ({ status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) });

describeWithPeers(['moto'], 'ACM at moto, with rights enforced', () => {
  let moto: Moto;
  const clients = new Map<string, ACMClient>();
  const held: StoredCertificate[] = [];
  const proxies: MotoProxy[] = [];
  const subject: SourceSubject = {
    plugin,
    options: named(basics),
    certificates: () => held,
    wrongCredentials: named({ secret_access_key: 'no-such-secret-0123456789' }),
    away: named({ endpoint: 'http://127.0.0.1:1' }),
    context: () => testContext({ now: new Date(), outbound: loopbackOutbound() }),
    removable: () => imported('eu-west-1'),
  };
  const one = (changes: Record<string, unknown> = {}) => makeSource(subject, named(changes)).source;

  async function imported(region: string): Promise<StoredCertificate> {
    const { name, certificateDer, chainDer, privateKeyPkcs8Der, fingerprint } = testDeployable();
    const pem = (der: Uint8Array) => Buffer.from(encodePem('CERTIFICATE', der));
    const { CertificateArn: externalId = null } = await clients.get(region)!.send(new ImportCertificateCommand({ Certificate: pem(certificateDer), CertificateChain: pem(chainDer[0]!), PrivateKey: Buffer.from(toPkcs8Pem(fromPkcs8Der(privateKeyPkcs8Der!))) }));
    return { name, externalId, fingerprint };
  }
  const through = async (behaviour: Parameters<typeof startMotoProxy>[1]) => {
    const proxy = await startMotoProxy(moto.url, behaviour);
    proxies.push(proxy);
    return { proxy, source: one({ endpoint: proxy.url }) };
  };

  beforeAll(async () => {
    moto = await startMoto();
    const { administrator, platform } = await openMotoAccount(moto.url, { Discovery: rights, Nothing: ['iam:GetUser'] });
    for (const region of ['eu-west-1', 'us-east-1', 'ap-south-1']) clients.set(region, new ACMClient({ endpoint: moto.url, region, credentials: administrator }));
    subject.options = named({ ...basics, access_key_id: platform.accessKeyId, secret_access_key: platform.secretAccessKey, endpoint: moto.url });
    for (const region of ['eu-west-1', 'eu-west-1', 'us-east-1']) held.push(await imported(region));
    // Nobody validates it: it stays without material.
    await clients.get('eu-west-1')!.send(new RequestCertificateCommand({ DomainName: 'pending.example.test' }));
  }, 90_000);
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  });
  afterAll(async () => {
    for (const client of clients.values()) client.destroy();
    await moto.stop();
  });

  describeSource(subject);

  it('names certificates by their domain and ARN, and says where they are', async () => {
    const found = certificatesOf(await findAll(one({ regions: 'us-east-1' })));
    expect(found).toMatchObject([{ name: 'www.example.test', externalId: held[2]?.externalId, scope: 'us-east-1' }]);
  });

  it('looks at every region of the account but those that are excluded', async () => {
    const elsewhere = await imported('ap-south-1');
    const scopes = async (excludedRegions: string) => new Set(certificatesOf(await findAll(one({ regions: '', excludedRegions }))).map(({ scope }) => scope));
    expect(await scopes('us-west-1')).toEqual(new Set(['ap-south-1', 'eu-west-1', 'us-east-1']));
    expect(await scopes('ap-south-1, us-east-1')).toEqual(new Set(['eu-west-1']));
    await clients.get('ap-south-1')!.send(new DeleteCertificateCommand({ CertificateArn: elsewhere.externalId ?? '' }));
  }, 60_000);

  it('reads all pages, of all key types', async () => {
    const { proxy, source } = await through({
      after: ({ action, body }, text) => {
        if (action !== 'ListCertificates') return null;
        const { CertificateSummaryList: all } = JSON.parse(text) as { CertificateSummaryList: object[] };
        const start = Number((JSON.parse(body) as { NextToken?: string }).NextToken ?? 0);
        return json({ CertificateSummaryList: all.slice(start, start + 1), ...(start + 1 < all.length && { NextToken: String(start + 1) }) });
      },
    });
    expect(certificatesOf(await findAll(source))).toHaveLength(held.length);
    expect(proxy.calls.find(({ action }) => action === 'ListCertificates')?.body).toContain('EC_prime256v1');
  });

  it('goes on when one region fails, and says that what is there was not seen', async () => {
    const { source } = await through({ instead: ({ service, region }) => (service === 'acm' && region === 'us-east-1' ? json({ __type: 'AccessDeniedException', message: 'not in this region' }, 400) : null) });
    const findings = await findAll(source);
    expect(certificatesOf(findings)).toHaveLength(2);
    expect(faultsOf(findings)).toMatchObject([{ hides: { scope: 'us-east-1' }, reason: expect.stringContaining('not in this region') }]);
  });

  it('passes over what has no material yet, and tells of what is no certificate', async () => {
    let reads = 0;
    const { source } = await through({
      instead: ({ action }) => {
        if (action !== 'GetCertificate') return null;
        reads += 1;
        if (reads === 1) return json({ __type: 'RequestInProgressException', message: 'still being issued' }, 400);
        return reads === 2 ? json({ Certificate: 'nonsense' }) : null;
      },
    });
    const findings = await findAll(source);
    expect(certificatesOf(findings)).toHaveLength(1);
    expect(faultsOf(findings)).toMatchObject([{ hides: 'nothing' }]);
  });

  it('gets through throttling', async () => {
    let calls = 0;
    const { source } = await through({ instead: ({ service }) => (service === 'acm' && (calls += 1) % 2 === 0 ? json({ __type: 'ThrottlingException', message: 'Rate exceeded' }, 400) : null) });
    const findings = await findAll(source);
    expect([certificatesOf(findings).length, faultsOf(findings)]).toEqual([held.length, []]);
  }, 60_000);

  it('says so when no region may be read', async () => {
    await expect(findAll(one({ role: 'Nothing' }))).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(findAll(one({ role: 'Nothing', regions: '' }))).rejects.toMatchObject({ code: 'permission_denied' });
  });
});
