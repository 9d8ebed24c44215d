import { DeleteLoadBalancerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { describeWithPeers, startMoto, startMotoProxy, type Moto, type MotoCall, type MotoProxy } from '@sifaka/peers';
import type { FoundEndpoint } from '@sifaka/plugin-sdk';
import { certificatesOf, endpointsOf, faultsOf, findAll, fingerprintOf, loopbackOutbound, makeSource, testContext } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { openAws, type Aws, type Held } from './aws-state.js';

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const fault = (code: string, message: string, status = 400) => ({ status, body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>` });

describeWithPeers(['moto'], 'load balancers at moto, with rights enforced', () => {
  let moto: Moto;
  let aws: Aws;
  const proxies: MotoProxy[] = [];
  const one = (changes: Record<string, unknown> = {}) =>
    makeSource({
      plugin,
      options: named({ accountNumber: '123456789012', regions: 'eu-west-1,us-east-1', role: 'Discovery', access_key_id: aws.platform.accessKeyId, secret_access_key: aws.platform.secretAccessKey, endpoint: moto.url, ...changes }),
      context: () => testContext({ now: new Date(), outbound: loopbackOutbound() }),
    }).source;
  const through = async (behaviour: Parameters<typeof startMotoProxy>[1], changes: Record<string, unknown> = {}) => {
    const proxy = await startMotoProxy(moto.url, behaviour);
    proxies.push(proxy);
    return { proxy, source: one({ endpoint: proxy.url, ...changes }) };
  };
  const endpointNamed = async (name: string, source = one()): Promise<FoundEndpoint> => {
    const found = endpointsOf(await findAll(source)).find((each) => each.name === name);
    if (found === undefined) throw new Error(`no endpoint ${name}`);
    return found;
  };
  const presents = ({ certificates }: FoundEndpoint) => certificates.map(({ externalId, isDefault }) => [externalId, isDefault]);

  beforeAll(async () => {
    moto = await startMoto();
  }, 90_000);
  beforeEach(async () => {
    await moto.reset();
    await fetch(`${moto.url}/moto-api/reset-auth`, { method: 'POST', body: 'Infinity' });
    aws = await openAws(moto.url);
  });
  afterEach(async () => {
    aws.stop();
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  });
  afterAll(() => moto.stop());

  it('are found with every certificate of their listeners, the default one marked', async () => {
    const [first, second, third] = [await aws.certificate(), await aws.certificate('/elsewhere/'), await aws.imported('eu-west-1')];
    const balancer = await aws.balancer('eu-west-1', 'app');
    const listener = await aws.listener('eu-west-1', balancer, { certificate: first.externalId, sni: [second.externalId, third.externalId] });
    const found = await endpointNamed('app');
    expect(found).toMatchObject({ type: 'elbv2', port: 443, dnsName: balancer.dnsName, externalId: listener, registryType: 'iam', certificatePath: '/', store: 'aws:iam:123456789012:/', scope: 'eu-west-1' });
    expect(presents(found)[0]).toEqual([first.externalId, true]);
    expect(new Set(found.certificates.map(({ certificateDer }) => fingerprintOf(certificateDer ?? new Uint8Array())))).toEqual(new Set([first.fingerprint, second.fingerprint, third.fingerprint]));
    expect(found.policy).toMatchObject({ name: 'ELBSecurityPolicy-2016-08', ciphers: expect.arrayContaining(['Protocol-TLSv1', 'ECDHE-RSA-AES128-GCM-SHA256']) });
  });

  it('of the classic kind are found with what their policy switches on', async () => {
    const certificate = await aws.certificate();
    await aws.classicBalancer('us-east-1', 'web', { 443: certificate.externalId, 8443: certificate.externalId });
    await aws.classicPolicy('us-east-1', 'web', 443, { 'Reference-Security-Policy': 'ELBSecurityPolicy-2015-05', 'Protocol-TLSv1': 'true', 'Protocol-SSLv3': 'false', 'AES128-SHA': 'true' });
    const found = endpointsOf(await findAll(one()));
    found.sort((one, other) => one.port - other.port);
    expect(found.map(({ port, policy, type, externalId }) => ({ port, policy, type, externalId }))).toEqual([
      { port: 443, policy: { name: 'ELBSecurityPolicy-2015-05', ciphers: ['Protocol-TLSv1', 'AES128-SHA'] }, type: 'elb', externalId: 'web' },
      { port: 8443, policy: null, type: 'elb', externalId: 'web' },
    ]);
  });

  it('are looked for in all regions of the partition where none are named, and in no other: moto names those of China and the government as well', async () => {
    const { proxy, source } = await through({}, { regions: '' });
    expect(faultsOf(await findAll(source))).toEqual([]);
    const asked = new Set(proxy.calls.filter(({ service }) => service === 'elasticloadbalancing').map(({ region }) => region));
    expect([...asked].filter((region) => /^(?:cn|us-gov)-/.test(region))).toEqual([]);
    expect(asked.size).toBeGreaterThan(10);
  });

  it('with a tag of those that are passed over are passed over, whichever setting names it', async () => {
    const { externalId } = await aws.certificate();
    await aws.classicBalancer('us-east-1', 'classic-ignored', { 443: externalId }, ['lemur-ignore']);
    await aws.classicBalancer('us-east-1', 'classic-kept', { 443: externalId }, ['team']);
    for (const [name, tags] of [['app-ignored', ['unmanaged']], ['app-kept', ['team']]] as const) await aws.listener('eu-west-1', await aws.balancer('eu-west-1', name, { tags: [...tags] }), { certificate: externalId });
    const names = async (changes: Record<string, unknown>) => endpointsOf(await findAll(one(changes))).map(({ name }) => name).sort();
    expect(await names({ elbIgnoreTags: '["unmanaged"]', elbIgnoreTag: 'lemur-ignore' })).toEqual(['app-kept', 'classic-kept']);
    const { source } = await through({ instead: ({ action }) => (action === 'DescribeTags' ? fault('AccessDenied', 'no tags for you', 403) : null) }, { elbIgnoreTags: 'unmanaged' });
    expect(endpointsOf(await findAll(source))).toHaveLength(4);
  });

  it('present another certificate by default, with their list as it was', async () => {
    const [first, second, other, imported] = [await aws.certificate(), await aws.certificate(), await aws.certificate(), await aws.imported('eu-west-1')];
    await aws.listener('eu-west-1', await aws.balancer('eu-west-1', 'app'), { certificate: first.externalId, sni: [other.externalId] });
    const found = await endpointNamed('app');
    for (const to of [second, imported]) {
      await one().updateEndpoint?.(found, { from: to === second ? first : second, to });
      expect(presents(await endpointNamed('app'))).toEqual([
        [to.externalId, true],
        [other.externalId, false],
      ]);
    }
  });

  it('present another certificate out of their list, with their default one as it was', async () => {
    const [first, second, other, third] = [await aws.certificate(), await aws.certificate(), await aws.certificate(), await aws.certificate()];
    await aws.listener('eu-west-1', await aws.balancer('eu-west-1', 'app'), { certificate: first.externalId, sni: [second.externalId, other.externalId] });
    const source = one();
    for (const _again of [1, 2]) await source.updateEndpoint?.(await endpointNamed('app'), { from: second, to: third });
    const after = presents(await endpointNamed('app'));
    expect(after[0]).toEqual([first.externalId, true]);
    expect(new Set(after.map(([arn]) => arn))).toEqual(new Set([first.externalId, other.externalId, third.externalId]));
  });

  it('whose default certificate is in their list as well have the new one in both places', async () => {
    const [first, second] = [await aws.certificate(), await aws.certificate()];
    const listener = await aws.listener('eu-west-1', await aws.balancer('eu-west-1', 'app'), { certificate: first.externalId });
    const list = new Set([first.externalId]);
    const xml = (members: string) => ({ status: 200, body: `<DescribeListenerCertificatesResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DescribeListenerCertificatesResult><Certificates>${members}</Certificates></DescribeListenerCertificatesResult></DescribeListenerCertificatesResponse>` });
    const member = (arn: string, isDefault: boolean) => `<member><CertificateArn>${arn}</CertificateArn><IsDefault>${isDefault}</IsDefault></member>`;
    let byDefault = first.externalId;
    // As AWS has it, and moto does not: the default one once as that, and once more where it is in the list.
    const asAws = ({ action, body }: MotoCall) => {
      const asked = new URLSearchParams(body).get('Certificates.member.1.CertificateArn') ?? '';
      if (action === 'ModifyListener') byDefault = asked;
      if (action === 'AddListenerCertificates') list.add(asked);
      if (action === 'RemoveListenerCertificates') list.delete(asked);
      return action === 'DescribeListenerCertificates' ? xml(`${member(byDefault, true)}${[...list].map((arn) => member(arn, false)).join('')}`) : null;
    };
    const { proxy, source } = await through({ instead: asAws });
    const found = await endpointNamed('app', source);
    expect(presents(found)).toEqual([[first.externalId, true]]);
    await source.updateEndpoint?.(found, { from: first, to: second });
    expect([byDefault, [...list]]).toEqual([second.externalId, [second.externalId]]);
    const changes = proxy.calls.map(({ action }) => action).filter((action) => /^(?:Modify|Add|Remove)/.test(action));
    expect(changes).toEqual(['AddListenerCertificates', 'ModifyListener', 'RemoveListenerCertificates']);
    expect(await aws.defaultOf('eu-west-1', listener)).toBe(second.externalId);
  });

  it('of the classic kind present another certificate, of IAM or of ACM', async () => {
    const [first, second, imported] = [await aws.certificate(), await aws.certificate(), await aws.imported('us-east-1')];
    await aws.classicBalancer('us-east-1', 'web', { 443: first.externalId });
    const found = await endpointNamed('web');
    let from: Held = first;
    for (const to of [second, imported]) {
      for (const _again of [1, 2]) await one().updateEndpoint?.(found, { from, to });
      expect(presents((await one().endpoint?.(found)) ?? found)).toEqual([[to.externalId, true]]);
      from = to;
    }
  });

  it('stay as they are when they present something else, or the account does not hold the new one', async () => {
    const [first, second, other] = [await aws.certificate(), await aws.certificate(), await aws.certificate()];
    await aws.classicBalancer('us-east-1', 'web', { 443: other.externalId });
    await aws.listener('eu-west-1', await aws.balancer('eu-west-1', 'app'), { certificate: other.externalId });
    for (const name of ['web', 'app']) await expect(one().updateEndpoint?.(await endpointNamed(name), { from: first, to: second })).rejects.toMatchObject({ code: 'conflict', reason: 'aws.other_certificate' });
    const missing = { name: 'nobody-has-it', externalId: null, fingerprint: 'f'.repeat(64) };
    await expect(one().updateEndpoint?.(await endpointNamed('app'), { from: other, to: missing })).rejects.toMatchObject({ code: 'failed_precondition', reason: 'aws.certificate_not_held' });
  }, 60_000);

  it('take a certificate as soon as they know it', async () => {
    const [first, second] = [await aws.certificate(), await aws.certificate()];
    await aws.listener('eu-west-1', await aws.balancer('eu-west-1', 'app'), { certificate: first.externalId });
    let left = 2;
    const { source } = await through({ instead: ({ action }) => (action === 'ModifyListener' && (left -= 1) >= 0 ? fault('CertificateNotFound', 'not yet') : null) });
    const found = await endpointNamed('app', source);
    await source.updateEndpoint?.(found, { from: { ...first, externalId: null }, to: { ...second, externalId: null } });
    expect(presents(await endpointNamed('app'))).toEqual([[second.externalId, true]]);
  });

  it('are gone when nobody has them any more', async () => {
    const first = await aws.certificate();
    const balancer = await aws.balancer('eu-west-1', 'app');
    await aws.listener('eu-west-1', balancer, { certificate: first.externalId });
    const found = await endpointNamed('app');
    await aws.v2.get('eu-west-1')!.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer.arn }));
    expect(await one().endpoint?.(found)).toBeNull();
    expect(await one().endpoint?.({ ...found, type: 'elb', name: 'never', externalId: 'never' })).toBeNull();
  });

  it('of one region that cannot be read are hidden, and the others found', async () => {
    const { externalId } = await aws.certificate();
    for (const region of ['eu-west-1', 'us-east-1'] as const) await aws.classicBalancer(region, `web-${region}`, { 443: externalId });
    const { source } = await through({ instead: ({ service, region }) => (service === 'elasticloadbalancing' && region === 'us-east-1' ? fault('OptInRequired', 'The AWS Access Key Id needs a subscription for the service', 403) : null) });
    const findings = await findAll(source);
    expect(endpointsOf(findings).map(({ name }) => name)).toEqual(['web-eu-west-1']);
    expect(faultsOf(findings)).toMatchObject([{ what: 'load balancers in us-east-1', hides: { scope: 'us-east-1' }, reason: expect.stringContaining('needs a subscription') }]);
    expect(certificatesOf(findings)).toHaveLength(1);
  });

  it('are looked for in every region of the account but those that are excluded', async () => {
    const { externalId } = await aws.certificate();
    for (const region of ['eu-west-1', 'us-east-1'] as const) await aws.classicBalancer(region, `web-${region}`, { 443: externalId });
    const { proxy, source } = await through({}, { regions: '', excludedRegions: ['us-east-1'] });
    expect(endpointsOf(await findAll(source)).map(({ name }) => name)).toEqual(['web-eu-west-1']);
    const asked = new Set(proxy.calls.filter(({ service }) => service === 'elasticloadbalancing').map(({ region }) => region));
    expect(asked.size).toBeGreaterThan(10);
    expect(asked).not.toContain('us-east-1');
    expect(proxy.calls.filter(({ action }) => action === 'AssumeRole')).toHaveLength(1);
  });

  it('are not looked for where no endpoints are wanted', async () => {
    await aws.certificate();
    const { proxy, source } = await through({}, { endpointType: 'none' });
    expect(certificatesOf(await findAll(source))).toHaveLength(1);
    expect(new Set(proxy.calls.map(({ service }) => service))).toEqual(new Set(['sts', 'iam']));
  });

  it('say so when nothing at all may be read', async () => {
    await expect(findAll(one({ role: 'Nothing' }))).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('and certificates by the hundred are all found though every fifth call is throttled', async () => {
    const held: Held[] = [];
    for (let count = 0; count < 120; count++) held.push(await aws.certificate());
    for (let count = 0; count < 60; count++) await aws.classicBalancer('us-east-1', `classic-${count}`, { 443: held[count]!.externalId });
    for (let count = 0; count < 60; count++) await aws.listener('eu-west-1', await aws.balancer('eu-west-1', `app-${count}`), { certificate: held[60 + count]!.externalId });
    let calls = 0;
    const { proxy, source } = await through({ instead: ({ service }) => (service !== 'sts' && (calls += 1) % 5 === 0 ? fault('Throttling', 'Rate exceeded') : null) });
    const findings = await findAll(source);
    expect([certificatesOf(findings).length, endpointsOf(findings).length, faultsOf(findings)]).toEqual([120, 120, []]);
    expect(proxy.calls.filter(({ action }) => action === 'DescribeSSLPolicies').length).toBeLessThan(10);
  }, 180_000);
});

describeWithPeers(['moto'], 'server certificates at moto', () => {
  let moto: Moto;
  let aws: Aws;
  const proxies: MotoProxy[] = [];
  const through = async (behaviour: Parameters<typeof startMotoProxy>[1], changes: Record<string, unknown> = {}) => {
    const proxy = await startMotoProxy(moto.url, behaviour);
    proxies.push(proxy);
    const options = named({ accountNumber: '123456789012', endpointType: 'none', role: 'Discovery', access_key_id: aws.platform.accessKeyId, secret_access_key: aws.platform.secretAccessKey, endpoint: proxy.url, ...changes });
    return { proxy, source: makeSource({ plugin, options, context: () => testContext({ now: new Date(), outbound: loopbackOutbound() }) }).source };
  };
  const held: Held[] = [];

  beforeAll(async () => {
    moto = await startMoto();
    aws = await openAws(moto.url);
    for (let count = 0; count < 5; count++) held.push(await aws.certificate('/edge/'));
    await aws.certificate('/edge/below/');
    await aws.certificate('/');
  }, 90_000);
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  });
  afterAll(async () => {
    aws.stop();
    await moto.stop();
  });
  const namesOf = async (source: Parameters<typeof findAll>[0]) => certificatesOf(await findAll(source))
      .map(({ name }) => name)
      .sort();

  it('are those of exactly the path, from all pages', async () => {
    const paged = ({ action, body }: MotoCall, text: string) => {
      if (action !== 'ListServerCertificates') return null;
      const members = text.match(/<member>.*?<\/member>/gs) ?? [];
      const start = Number(new URLSearchParams(body).get('Marker') ?? 0);
      const isTruncated = start + 2 < members.length;
      return { status: 200, body: `<ListServerCertificatesResponse><ListServerCertificatesResult><IsTruncated>${isTruncated}</IsTruncated>${isTruncated ? `<Marker>${start + 2}</Marker>` : ''}<ServerCertificateMetadataList>${members.slice(start, start + 2).join('')}</ServerCertificateMetadataList></ListServerCertificatesResult></ListServerCertificatesResponse>` };
    };
    const { proxy, source } = await through({ after: paged }, { path: '/edge/' });
    expect(await namesOf(source)).toEqual(held.map(({ name }) => name).sort());
    expect(proxy.calls.filter(({ action }) => action === 'ListServerCertificates')).toHaveLength(4);
  });

  it('with a tag of those that are passed over are passed over, and kept where tags cannot be read', async () => {
    const tagged = (key: string) => ({ status: 200, body: `<ListServerCertificateTagsResponse><ListServerCertificateTagsResult><Tags><member><Key>${key}</Key><Value>x</Value></member></Tags><IsTruncated>false</IsTruncated></ListServerCertificateTagsResult></ListServerCertificateTagsResponse>` });
    const tags = ({ action, body }: MotoCall) => {
      const name = new URLSearchParams(body).get('ServerCertificateName');
      if (action !== 'ListServerCertificateTags') return null;
      return name === held[1]?.name ? fault('AccessDenied', 'no tags', 403) : tagged(name === held[0]?.name ? 'unmanaged' : 'team');
    };
    const { source } = await through({ instead: tags }, { path: '/edge/', iamIgnoreTags: 'unmanaged' });
    expect(await namesOf(source)).toEqual(
      held
        .slice(1)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('that cannot be read are not taken for gone', async () => {
    const { source } = await through({ instead: ({ action, body }) => (action === 'GetServerCertificate' && body.includes(held[0]!.name) ? fault('AccessDenied', 'not this one', 403) : null) }, { path: '/edge/' });
    const findings = await findAll(source);
    expect(certificatesOf(findings)).toHaveLength(4);
    expect(faultsOf(findings)).toMatchObject([{ what: expect.stringContaining(held[0]!.name), hides: { scope: 'iam' } }]);
  });

  it('that went meanwhile are not told of', async () => {
    const { source } = await through({ instead: ({ action, body }) => (action === 'GetServerCertificate' && body.includes(held[0]!.name) ? fault('NoSuchEntity', 'cannot be found', 404) : null) }, { path: '/edge/' });
    const findings = await findAll(source);
    expect([certificatesOf(findings).length, faultsOf(findings)]).toEqual([4, []]);
  });

  it('that something uses are not removed, and AWS says what', async () => {
    const { source } = await through({ instead: ({ action }) => (action === 'DeleteServerCertificate' ? fault('DeleteConflict', 'in use by arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/web', 409) : null) });
    await expect(source.remove?.(held[0]!)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('loadbalancer/web') });
    await source.remove?.({ ...held[0]!, fingerprint: 'f'.repeat(64) });
  });
});
