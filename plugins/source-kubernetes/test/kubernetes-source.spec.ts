import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCluster, type Cluster, type Rule } from '@sifaka/kubernetes/stand-in';
import { fullChainPem, toPkcs8Pem } from '@sifaka/pki';
import { certificatesOf, describeChecks, describeSource, endpointsOf, faultsOf, findAll, fingerprintOf, loopbackOutbound, makeSource, outageChecks, standInCa, testContext, testPath } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

/** The role of the README, for two namespaces. */
const role: Rule[] = ['shop', 'web'].map((namespace) => ({ verbs: ['list'], resources: ['secrets', 'ingresses', 'gateways'], namespace }));
const ca = standInCa();
const path = testPath('ECCPRIME256V1');
const keyPem = toPkcs8Pem(path.privateKey);
let cluster: Cluster;

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const base = { kubernetesURL: 'https://127.0.0.1:1', kubernetesAuthToken: 'right-token', kubernetesServerCertificate: ca.rootPem, kubernetesNamespaces: 'web, shop', endpoints: true };
const options = named(base);

beforeAll(async () => {
  cluster = await startCluster({ namespaces: ['web', 'shop'], tls: ca.identity() });
  cluster.tokens.set('right-token', role);
  cluster.tokens.set('everywhere', [{ verbs: ['list'], resources: ['secrets'], namespace: null }]);
  cluster.tokens.set('web-only', role.filter(({ namespace }) => namespace === 'web'));
  Object.assign(options[0] ?? {}, { value: cluster.url });
  const served = fullChainPem(path.certificateDer, path.chainDer.slice(0, 1));
  const others = [1, 2, 3].map(() => fullChainPem(testPath('ECCPRIME256V1').certificateDer, []));
  cluster.put({ namespace: 'web', name: 'front', type: 'kubernetes.io/tls', data: { 'tls.crt': served, 'tls.key': keyPem } });
  cluster.put({ namespace: 'shop', name: 'cart', type: 'kubernetes.io/tls', data: { 'tls.crt': others[0] ?? '', 'tls.key': keyPem }, labels: { app: 'shop' } });
  cluster.put({ namespace: 'shop', name: 'pay', type: 'kubernetes.io/tls', data: { 'tls.crt': others[1] ?? '', 'tls.key': keyPem } });
  cluster.put({ namespace: 'shop', name: 'emptied', type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } });
  cluster.put({ namespace: 'shop', name: 'full', data: { 'service.crt': others[2] ?? '', 'ca.crt': fullChainPem(path.chainDer[0] ?? Buffer.of(), []), 'service.key': keyPem } });
  cluster.put({ namespace: 'shop', name: 'pay-previous', data: { 'tls.crt': served }, annotations: { 'sifaka/kept-until': 'x' } });
  cluster.put({ namespace: 'shop', name: 'password', data: { password: 'x' } });
  cluster.others.ingresses.push(
    { metadata: { name: 'front', namespace: 'web' }, spec: { tls: [{ hosts: ['www.example.test', '*.example.test'], secretName: 'front' }], rules: [{ host: 'www.example.test' }] } },
    { metadata: { name: 'front-api', namespace: 'web' }, spec: { tls: [{ hosts: ['www.example.test'], secretName: 'front' }] } },
    { metadata: { name: 'by-rule', namespace: 'shop' }, spec: { tls: [{ secretName: 'cart' }], rules: [{ host: 'cart.example.test' }, {}] } },
    { metadata: { name: 'default-certificate', namespace: 'shop' }, spec: { tls: [{ hosts: ['none.example.test'] }] } },
    { metadata: { name: 'plain', namespace: 'shop' }, spec: { rules: [{ host: 'plain.example.test' }] } },
  );
  cluster.others.gateways.push({
    metadata: { name: 'edge', namespace: 'shop' },
    spec: {
      listeners: [
        { name: 'pay', hostname: 'pay.example.test', port: 8443, protocol: 'HTTPS', tls: { mode: 'Terminate', certificateRefs: [{ name: 'pay' }, { name: 'front', namespace: 'web' }] } },
        { name: 'through', hostname: 'through.example.test', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } },
        { name: 'plain', hostname: 'plain.example.test', port: 80, protocol: 'HTTP' },
      ],
    },
  });
});
afterAll(() => cluster.stop());

const certificateIn = (at: string, key = 'tls.crt') => {
  const pem = cluster.secrets.get(at)?.data.get(key)?.toString().split('-----END CERTIFICATE-----')[0] ?? '';
  return { fingerprint: fingerprintOf(Buffer.from(pem.replace(/-----BEGIN CERTIFICATE-----/, ''), 'base64')), chainLength: at === 'web/front' ? 1 : 0 };
};

describeSource({
  plugin,
  options,
  certificates: () => ['web/front', 'shop/cart', 'shop/pay'].map((at) => certificateIn(at)),
  endpoints: () => [
    { dnsName: 'www.example.test', port: 443 },
    { dnsName: 'cart.example.test', port: 443 },
    { dnsName: 'pay.example.test', port: 8443 },
  ],
  wrongCredentials: named({ kubernetesAuthToken: 'wrong-token' }),
  away: named({ kubernetesURL: 'https://127.0.0.1:1' }),
  breakOne: () => {
    cluster.put({ namespace: 'shop', name: 'broken', type: 'kubernetes.io/tls', data: { 'tls.crt': 'no certificate', 'tls.key': keyPem } });
    return async () => cluster.delete('shop', 'broken');
  },
});

describeChecks('kubernetes-source in an outage', outageChecks, {
  run: (url, canary) => findAll(plugin.create({ kubernetesURL: url, kubernetesAuthToken: canary }, testContext({ outbound: loopbackOutbound() }))),
});

describe('kubernetes-source', () => {
  const sourceWith = (changes: Record<string, unknown>) => makeSource({ plugin, options: named({ ...base, kubernetesURL: cluster.url, ...changes }) }).source;
  const namesOf = async (changes: Record<string, unknown>) => certificatesOf(await findAll(sourceWith(changes))).map(({ externalId }) => externalId).sort();

  it('says what the cluster calls a certificate, and where it is', async () => {
    const [found] = certificatesOf(await findAll(sourceWith({ kubernetesNamespaces: 'web' })));
    expect(found).toMatchObject({ name: 'front', externalId: 'web/front', scope: 'web', owner: null, description: 'Secret web/front of type kubernetes.io/tls' });
  });

  it('looks into all namespaces when none is named', async () => {
    expect(await namesOf({ kubernetesNamespaces: undefined, kubernetesAuthToken: 'everywhere', endpoints: false })).toEqual(['shop/cart', 'shop/pay', 'web/front']);
  });

  it('looks at secrets with a label alone', async () => {
    expect(await namesOf({ labelSelector: 'app=shop' })).toEqual(['shop/cart']);
  });

  it('finds certificates in secrets of other types when it is told to, and not what is kept for a rollback', async () => {
    expect(await namesOf({ allTypes: true })).toEqual(['shop/cart', 'shop/full', 'shop/pay', 'web/front']);
    const full = certificatesOf(await findAll(sourceWith({ allTypes: true }))).find(({ name }) => name === 'full');
    expect(full?.chainDer).toHaveLength(1);
  });

  it('says which secrets an endpoint is served from', async () => {
    const endpoints = endpointsOf(await findAll(sourceWith({})));
    expect(endpoints.find(({ type }) => type === 'gateway')).toMatchObject({
      name: 'shop/edge',
      externalId: 'gateway/shop/edge',
      serverName: 'pay.example.test',
      certificates: [
        { name: 'pay', externalId: 'shop/pay', isDefault: true },
        { name: 'front', externalId: 'web/front', isDefault: false },
      ],
    });
  });

  it('works with clusters that have no gateways', async () => {
    const old = await startCluster({ namespaces: ['web', 'shop'], hasGateways: false, tls: ca.identity() });
    try {
      old.tokens.set('right-token', role);
      expect(faultsOf(await findAll(sourceWith({ kubernetesURL: old.url })))).toEqual([]);
    } finally {
      await old.stop();
    }
  });

  it('reads on when one namespace may not be read, and says what that hides', async () => {
    const findings = await findAll(sourceWith({ kubernetesAuthToken: 'web-only', endpoints: false }));
    expect(certificatesOf(findings).map(({ externalId }) => externalId)).toEqual(['web/front']);
    expect(faultsOf(findings)).toEqual([{ what: 'secrets of namespace shop', reason: expect.stringContaining('must allow "list" on secrets in namespace "shop"'), hides: { scope: 'shop' } }]);
  });

  it('names the rights that are missing when the options are tried', async () => {
    await expect(sourceWith({ kubernetesAuthToken: 'web-only' }).check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringMatching(/secrets in namespace "shop".*ingresses\.networking\.k8s\.io in namespace "shop"/) });
  });

  it('reads page by page, also when a page has expired meanwhile', async () => {
    const many = await startCluster({ namespaces: ['shop'], tls: ca.identity() });
    try {
      many.tokens.set('right-token', role);
      const pem = fullChainPem(path.certificateDer, []);
      for (let index = 0; index < 250; index += 1) many.put({ namespace: 'shop', name: `s-${String(index).padStart(3, '0')}`, type: 'kubernetes.io/tls', data: { 'tls.crt': pem, 'tls.key': '' } });
      const source = sourceWith({ kubernetesURL: many.url, kubernetesNamespaces: 'shop', endpoints: false });
      const names = new Set<string | null>();
      let pages = 0;
      for await (const finding of source.scan({ resumeAfter: null, signal: new AbortController().signal })) {
        if (finding.kind === 'certificate') names.add(finding.certificate.name);
        if (finding.kind === 'checkpoint' && (pages += 1) === 1) many.expirePages();
      }
      expect({ pages, names: names.size }).toEqual({ pages: 3, names: 250 });
    } finally {
      await many.stop();
    }
  });

  it('begins anew with a checkpoint that it does not understand', async () => {
    expect(certificatesOf(await findAll(sourceWith({}), { resumeAfter: 'of another version' }))).toHaveLength(3);
  });

  it('never reports a key', async () => {
    const text = JSON.stringify(await findAll(sourceWith({ allTypes: true })), (_key, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value));
    expect(text).not.toContain(keyPem.split('\n')[1]);
  });
});
