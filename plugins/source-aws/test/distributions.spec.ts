import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers, startMoto, startMotoProxy, type Moto, type MotoCall, type MotoProxy } from '@sifaka/peers';
import { endpointsOf, findAll, fingerprintOf, loopbackOutbound, makeSource, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { openAws, type Aws, type Held } from './aws-state.js';
import { cloudFrontFault, cloudFrontStandIn, type StandInDistribution } from './cloudfront-stand-in.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const conflict = () => cloudFrontFault(412, 'PreconditionFailed', 'The precondition evaluated to false.');

/** CloudFront from its API reference, everything else at moto. moto gives every server certificate the same id, so each gets one of its own on the way. */
describeWithPeers(['moto'], 'distributions of CloudFront', () => {
  let moto: Moto;
  let aws: Aws;
  let first: Held;
  let second: Held;
  let imported: Held;
  const proxies: MotoProxy[] = [];

  const idOf = ({ name }: { name: string }): string => `ASCA${Buffer.from(name).toString('hex').toUpperCase()}`;
  const withIds = (_call: MotoCall, text: string) => {
    if (!text.includes('ServerCertificateId')) return null;
    const body = text.replaceAll(/<ServerCertificateName>([^<]+)<\/ServerCertificateName>(.*?)<ServerCertificateId>[^<]*</gs, (_all, name: string, between: string) => `<ServerCertificateName>${name}</ServerCertificateName>${between}<ServerCertificateId>${idOf({ name })}<`);
    return { status: 200, body };
  };
  async function cloudFront(distributions: StandInDistribution[], options: Record<string, unknown> = {}) {
    const standIn = cloudFrontStandIn(distributions);
    const proxy = await startMotoProxy(moto.url, { instead: standIn.answer, after: withIds });
    proxies.push(proxy);
    const { source } = makeSource({
      plugin,
      options: named({ accountNumber: '123456789012', path: '/cloudfront/', endpointType: 'cloudfront', role: 'Discovery', access_key_id: aws.platform.accessKeyId, secret_access_key: aws.platform.secretAccessKey, endpoint: proxy.url, ...options }),
      context: () => testContext({ now: new Date(), outbound: loopbackOutbound() }),
    });
    return { ...standIn, source, found: async () => endpointsOf(await findAll(source)).sort((one, other) => (one.name < other.name ? -1 : 1)) };
  }
  const viewer = (certificate: string) => `${certificate}<SSLSupportMethod>sni-only</SSLSupportMethod><MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion>`;
  const withIam = (held: Held) => viewer(`<IAMCertificateId>${idOf(held)}</IAMCertificateId><Certificate>${idOf(held)}</Certificate><CertificateSource>iam</CertificateSource>`);
  const withAcm = (held: Held) => viewer(`<ACMCertificateArn>${held.externalId}</ACMCertificateArn>`);
  const one = (viewerXml: string): StandInDistribution => ({ id: 'E1', dnsName: 'd1.cloudfront.net', aliases: ['www.example.test'], viewer: viewerXml });

  beforeAll(async () => {
    moto = await startMoto();
    aws = await openAws(moto.url);
    [first, second] = [await aws.certificate('/cloudfront/'), await aws.certificate('/cloudfront/')];
    imported = await aws.imported('us-east-1');
  }, 90_000);
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  });
  afterAll(async () => {
    aws.stop();
    await moto.stop();
  });

  it('are found with certificates of IAM and of ACM, on all pages, without those that have none of their own', async () => {
    const { found } = await cloudFront([
      one(withIam(first)),
      { id: 'E2', dnsName: 'd2.cloudfront.net', viewer: '<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate><MinimumProtocolVersion>TLSv1</MinimumProtocolVersion>' },
      { id: 'E3', dnsName: 'd3.cloudfront.net', viewer: withAcm(imported) },
    ]);
    const endpoints = await found();
    expect(endpoints).toMatchObject([
      { name: 'E1', dnsName: 'd1.cloudfront.net', port: 443, type: 'cloudfront', aliases: ['www.example.test'], registryType: 'iam', certificatePath: '/cloudfront/', store: 'aws:iam:123456789012:/cloudfront/', policy: { name: 'cloudfront-TLSv1.2_2021', ciphers: ['TLSv1.2_2021'] }, scope: 'cloudfront' },
      { name: 'E3', registryType: 'acm', certificatePath: null, store: 'aws:acm:123456789012:us-east-1' },
    ]);
    expect(endpoints.map(({ certificates: [each] }) => [each?.name, each?.externalId, fingerprintOf(each?.certificateDer ?? new Uint8Array())])).toEqual([
      [first.name, first.externalId, first.fingerprint],
      [null, imported.externalId, imported.fingerprint],
    ]);
  });

  it('with a tag of those that are passed over are passed over', async () => {
    const { found } = await cloudFront([one(withIam(first)), { ...one(withIam(first)), id: 'E2', dnsName: 'd2.cloudfront.net', tags: ['unmanaged'] }], { cloudfrontIgnoreTags: 'team, unmanaged' });
    expect((await found()).map(({ name }) => name)).toEqual(['E1']);
  });

  it('keep everything but their certificate when that changes, once', async () => {
    const { source, found, updates } = await cloudFront([one(withIam(first))]);
    const [before] = await found();
    for (const _again of [1, 2]) await source.updateEndpoint?.(before!, { from: first, to: second });
    expect(updates).toHaveLength(1);
    expect(updates[0]?.body).toContain('<Comment>kept</Comment>');
    expect(updates[0]?.body).toContain(`<IAMCertificateId>${idOf(second)}</IAMCertificateId>`);
    expect(updates[0]?.body).toContain('<MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion>');
    expect(updates[0]?.body).not.toMatch(/<Certificate>|<CertificateSource>/);
    expect(await source.endpoint?.(before!)).toMatchObject({ certificates: [{ name: second.name }] });
  });

  it('change from IAM to ACM', async () => {
    const { source, found, updates } = await cloudFront([one(withIam(first))]);
    await source.updateEndpoint?.((await found())[0]!, { from: first, to: imported });
    expect(updates[0]?.body).toContain(`<ACMCertificateArn>${imported.externalId}</ACMCertificateArn>`);
    expect(updates[0]?.body).not.toContain('IAMCertificateId');
  });

  it('are read again when somebody else was quicker, once', async () => {
    const { source, found, updates, prepared } = await cloudFront([one(withIam(first))]);
    const [before] = await found();
    prepared.push(conflict());
    await source.updateEndpoint?.(before!, { from: first, to: second });
    expect(updates).toHaveLength(1);
    prepared.push(conflict(), conflict());
    await expect(source.updateEndpoint?.(before!, { from: second, to: first })).rejects.toMatchObject({ code: 'conflict', reason: 'aws.PreconditionFailed' });
  });

  it('that present another certificate than expected stay as they are', async () => {
    const { source, found, updates } = await cloudFront([one(withAcm(imported))]);
    await expect(source.updateEndpoint?.((await found())[0]!, { from: first, to: second })).rejects.toMatchObject({ code: 'conflict', reason: 'aws.other_certificate' });
    expect(updates).toEqual([]);
  });

  it('are gone when CloudFront does not know them any more', async () => {
    const distributions = [one(withIam(first))];
    const { source, found } = await cloudFront(distributions);
    const [before] = await found();
    distributions.pop();
    expect(await source.endpoint?.(before!)).toBeNull();
    await expect(source.updateEndpoint?.(before!, { from: first, to: second })).rejects.toMatchObject({ code: 'not_found' });
  });
});
