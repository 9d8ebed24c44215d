import { execFileSync } from 'node:child_process';
import { createPrivateKey, createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startCluster, type Cluster, type Rule } from '@sifaka/kubernetes/stand-in';
import { decodePem } from '@sifaka/pki';
import type { DeployableCertificate, DeployedCertificate, Destination } from '@sifaka/plugin-sdk';
import { describeChecks, describeDestination, describeWith, loopbackOutbound, outageChecks, standInCa, testContext, testDeployable } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

/** The role of the README. */
const role: Rule[] = [{ verbs: ['get', 'create', 'patch', 'delete'], resources: ['secrets'], namespace: 'web' }];
const ca = standInCa();
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ namespaces: ['web'], tls: ca.identity() });
  cluster.tokens.set('right-token', role);
  cluster.tokens.set('reader', [{ verbs: ['get'], resources: ['secrets'], namespace: 'web' }]);
  for (const options of Object.values(optionsOf)) Object.assign(options[0] ?? {}, { value: cluster.url });
});
afterAll(() => cluster.stop());

const named = (values: Record<string, unknown>) => Object.entries(values).map(([name, value]) => ({ name, value }));
const base = { kubernetesURL: 'https://127.0.0.1:1', kubernetesAuthToken: 'right-token', kubernetesServerCertificate: ca.rootPem, kubernetesNamespace: 'web' };
const optionsOf = { Full: named({ ...base, secretFormat: 'Full' }), TLS: named({ ...base, secretFormat: 'TLS' }), Certificate: named({ ...base, secretFormat: 'Certificate' }) };

/** Data, annotations and labels as the cluster has them. */
const contents = (): Map<string, Buffer> =>
  new Map([...cluster.secrets].flatMap(([at, secret]) => [...secret.values].map(([field, value]) => [`${at} ${field}`, Buffer.from(value, field.startsWith('["data"') ? 'base64' : 'utf8')] as const)));

for (const [format, options] of Object.entries(optionsOf)) {
  describe(`format ${format}`, () => {
    describeDestination({
      plugin,
      options,
      contents,
      plantBeside: ({ name }) => {
        const secret = cluster.secrets.get(`web/${name}`);
        const data = Object.fromEntries(secret?.data ?? []);
        cluster.put({ namespace: 'web', name, type: secret?.type ?? 'Opaque', data: { ...data, 'foreign.txt': 'theirs' }, ...texts(name), labels: { ...texts(name).labels, team: 'shop' } }, 'helm');
      },
      wrongCredentials: named({ kubernetesAuthToken: 'wrong-token' }),
      away: named({ kubernetesURL: 'https://127.0.0.1:1' }),
    });
  });
}

/** Annotations and labels of a secret as they are. */
function texts(name: string) {
  const parts = (kind: string) =>
    Object.fromEntries([...(cluster.secrets.get(`web/${name}`)?.values ?? [])].flatMap(([field, value]) => (field.startsWith(`["metadata","${kind}"`) ? [[String(JSON.parse(field).at(-1)), value]] : [])));
  return { annotations: parts('annotations'), labels: parts('labels') };
}

describeChecks('kubernetes-destination in an outage', outageChecks, { run: async (url, canary) => make({ kubernetesURL: url, kubernetesAuthToken: canary, kubernetesServerCertificate: undefined }).check?.() });

const context = () => testContext({ outbound: loopbackOutbound() });
const make = (changes: Record<string, unknown> = {}): Destination => plugin.create({ ...base, kubernetesURL: cluster.url, secretFormat: 'TLS', ...changes }, context());
const deployed = (certificate: DeployableCertificate, externalId: string | null = null): DeployedCertificate => ({ ...certificate, externalId });
const secretAt = (at: string) => {
  const secret = cluster.secrets.get(at);
  if (secret === undefined) throw new Error(`no secret ${at}`);
  return secret;
};
const dataAt = (at: string) => Object.fromEntries([...secretAt(at).data].map(([key, value]) => [key, value.toString()]));
const fingerprint = (pem: string | undefined) => createHash('sha256').update(new X509Certificate(pem ?? '').raw).digest('hex');

describe('kubernetes-destination', () => {
  beforeEach(() => {
    for (const at of [...cluster.secrets.keys()]) cluster.delete('web', at.slice(4));
    cluster.beforeWrite = null;
  });

  it('writes what an ingress takes: the certificate, its chain without the root, and the key', async () => {
    const certificate = testDeployable();
    expect(await make().upload(certificate)).toEqual({ externalId: `web/${certificate.name}` });
    const { type } = secretAt(`web/${certificate.name}`);
    const data = dataAt(`web/${certificate.name}`);
    expect(type).toBe('kubernetes.io/tls');
    expect(Object.keys(data).sort()).toEqual(['tls.crt', 'tls.key']);
    expect(decodePem(data['tls.crt'] ?? '').map(({ bytes }) => new X509Certificate(bytes).subject.split('\n').at(-1))).toEqual(['CN=www.example.test', 'CN=Conformance Issuing']);
    expect(() => createSecureContext({ cert: data['tls.crt'], key: data['tls.key'] })).not.toThrow();
  });

  it('writes the four files of format Full', async () => {
    const certificate = testDeployable();
    await make({ secretFormat: 'Full' }).upload(certificate);
    const data = dataAt(`web/${certificate.name}`);
    expect(secretAt(`web/${certificate.name}`).type).toBe('Opaque');
    expect(Object.keys(data).sort()).toEqual(['ca.crt', 'combined.pem', 'service.crt', 'service.key']);
    expect(data['combined.pem']).toBe(`${data['service.crt']}${data['service.key']}`);
    expect(decodePem(data['ca.crt'] ?? '')).toHaveLength(2);
    expect(createPrivateKey(data['service.key'] ?? '').asymmetricKeyType).toBe('ec');
  });

  it('writes the certificate with its chain, and no key, in format Certificate', async () => {
    const certificate = { ...testDeployable(), privateKeyPkcs8Der: null };
    await make({ secretFormat: 'Certificate' }).upload(certificate);
    const data = dataAt(`web/${certificate.name}`);
    expect(Object.keys(data)).toEqual(['tls.crt']);
    expect(fingerprint(data['tls.crt'])).toBe(certificate.fingerprint);
    expect(decodePem(data['tls.crt'] ?? '')).toHaveLength(2);
  });

  it.each(['Full', 'TLS', 'Certificate'])('takes a certificate without chain in format %s', async (secretFormat) => {
    const certificate = testDeployable({ chainDer: [] });
    const destination = make({ secretFormat });
    const { externalId } = await destination.upload(certificate);
    expect(JSON.stringify(dataAt(`web/${certificate.name}`))).not.toMatch(/None|null|undefined/);
    expect(Object.keys(dataAt(`web/${certificate.name}`))).not.toContain('ca.crt');
    expect(await destination.verify?.(deployed(certificate, externalId))).toBe(true);
  });

  it.each([
    ['*.shop.example.test', '{common_name}', 'wildcard.shop.example.test'],
    ['Shop.Example.Test', 'tls-{common_name}', 'tls-shop.example.test'],
    ['Jane Döe (web)', '{common_name}', 'jane-d-e-web'],
    ['a.example.test', 'fixed-name', 'fixed-name'],
    [`${'a'.repeat(60)}.`.repeat(5) + 'test', '{common_name}', expect.stringMatching(/^(?:a{60}\.){3}a{49,60}-[0-9a-f]{10}$/)],
  ])('names the secret of "%s" with format %s', async (commonName, secretNameFormat, name) => {
    const { externalId } = await make({ secretNameFormat }).upload(testDeployable({ commonName }));
    expect(externalId?.replace('web/', '')).toEqual(name);
  });

  it('says so when nothing is left of a name', async () => {
    await expect(make().upload(testDeployable({ commonName: '—' }))).rejects.toMatchObject({ code: 'failed_precondition', reason: 'kubernetes.no_name' });
  });

  it('notes on the secret which certificate it holds', async () => {
    const certificate = testDeployable();
    await make().upload(certificate);
    expect(texts(certificate.name)).toEqual({
      annotations: { 'sifaka/fingerprint-sha256': certificate.fingerprint, 'sifaka/certificate': certificate.name },
      labels: { 'app.kubernetes.io/managed-by': 'sifaka' },
    });
  });

  it('writes nothing when the same is there already', async () => {
    const certificate = testDeployable();
    const destination = make();
    await destination.upload(certificate);
    const writes = cluster.requests.length;
    await destination.upload(certificate);
    expect(cluster.requests.slice(writes).map(({ method }) => method)).toEqual(['GET']);
  });

  it('takes away in a rollback what there was not before, key and all', async () => {
    const certificate = testDeployable();
    const destination = make();
    const { externalId } = await destination.upload(certificate);
    await destination.upload(certificate);
    await destination.rollback?.(deployed(certificate, externalId));
    expect([...cluster.secrets.keys()]).toEqual([]);
    await destination.upload(certificate);
    await destination.settle?.(deployed(certificate, externalId));
    await destination.rollback?.(deployed(certificate, externalId));
    expect([...cluster.secrets.keys()]).toEqual([`web/${certificate.name}`]);
  });

  it('begins nothing after it was told to stop', async () => {
    await expect(make().upload(testDeployable(), AbortSignal.abort())).rejects.toMatchObject({ code: 'unavailable' });
    expect([...cluster.secrets.keys()]).toEqual([]);
  });

  it('leaves keys, labels and annotations of others through replacement, rollback and removal', async () => {
    const [first, second] = [testDeployable(), testDeployable()];
    const successor = { ...second, name: first.name, commonName: first.commonName };
    const destination = make({ secretFormat: 'Full' });
    const { externalId } = await destination.upload(first);
    const foreign = () => {
      const { annotations, labels } = texts(first.name);
      return [dataAt(`web/${first.name}`)['extra.conf'], annotations.note, labels.team];
    };
    const { annotations, labels } = texts(first.name);
    cluster.put({ namespace: 'web', name: first.name, data: { ...dataAt(`web/${first.name}`), 'extra.conf': 'theirs' }, annotations: { ...annotations, note: 'mind this' }, labels: { ...labels, team: 'shop' } }, 'helm');
    for (const step of [() => destination.upload(successor), () => destination.rollback?.(deployed(successor, externalId)), () => destination.remove?.(deployed(first, externalId))]) {
      await step();
      expect(foreign()).toEqual(['theirs', 'mind this', 'shop']);
    }
    expect(Object.keys(dataAt(`web/${first.name}`))).toEqual(['extra.conf']);
  });

  it('empties a TLS secret that is not wholly its own: its type must have both keys', async () => {
    const certificate = testDeployable();
    const destination = make();
    await destination.upload(certificate);
    const { annotations, labels } = texts(certificate.name);
    cluster.put({ namespace: 'web', name: certificate.name, type: 'kubernetes.io/tls', data: { ...dataAt(`web/${certificate.name}`) }, annotations, labels: { ...labels, team: 'shop' } }, 'helm');
    await destination.remove?.(deployed(certificate));
    expect(dataAt(`web/${certificate.name}`)).toEqual({ 'tls.crt': '', 'tls.key': '' });
    expect(texts(certificate.name)).toEqual({ annotations: {}, labels: { team: 'shop' } });
  });

  it('names another manager whose keys it would overwrite, and keeps nothing behind', async () => {
    const certificate = testDeployable();
    cluster.put({ namespace: 'web', name: certificate.name, type: 'kubernetes.io/tls', data: { 'tls.crt': 'theirs', 'tls.key': 'theirs' } }, 'cert-manager-certificates-issuing');
    await expect(make().upload(certificate)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'kubernetes.owned', message: expect.stringMatching(/cert-manager-certificates-issuing.*\.data\.tls\.crt/s) });
    expect([...cluster.secrets.keys()]).toEqual([`web/${certificate.name}`]);
    expect(dataAt(`web/${certificate.name}`)['tls.crt']).toBe('theirs');
  });

  it('takes the keys of another manager when it is told to, and gives them back in a rollback', async () => {
    const certificate = testDeployable();
    cluster.put({ namespace: 'web', name: certificate.name, type: 'kubernetes.io/tls', data: { 'tls.crt': 'theirs', 'tls.key': 'also theirs' }, annotations: { note: 'x' } });
    const destination = make({ takeOwnership: true });
    const { externalId } = await destination.upload(certificate);
    expect(await destination.verify?.(deployed(certificate, externalId))).toBe(true);
    await destination.rollback?.(deployed(certificate, externalId));
    expect(dataAt(`web/${certificate.name}`)).toEqual({ 'tls.crt': 'theirs', 'tls.key': 'also theirs' });
    expect(texts(certificate.name)).toEqual({ annotations: { note: 'x' }, labels: {} });
  });

  it('says that the type of a secret never changes', async () => {
    const certificate = testDeployable();
    await make({ secretFormat: 'Full' }).upload(certificate);
    await expect(make({ secretFormat: 'TLS' }).upload(certificate)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'kubernetes.type', message: expect.stringContaining('has the type Opaque') });
  });

  it('does not touch a secret of somebody else whose name it needs to keep what it replaces', async () => {
    const [first, second] = [testDeployable(), testDeployable()];
    const destination = make();
    await destination.upload(first);
    cluster.put({ namespace: 'web', name: `${first.name}-previous`, data: { mine: 'x' } });
    await expect(destination.upload({ ...second, name: first.name, commonName: first.commonName })).rejects.toMatchObject({ reason: 'kubernetes.name_taken' });
    expect(dataAt(`web/${first.name}-previous`)).toEqual({ mine: 'x' });
    expect(fingerprint(dataAt(`web/${first.name}`)['tls.crt'])).toBe(first.fingerprint);
  });

  it('looks anew when somebody writes between its look and its write', async () => {
    const [first, second] = [testDeployable(), testDeployable()];
    const destination = make();
    const { externalId } = await destination.upload(first);
    let times = 0;
    cluster.beforeWrite = (name) => {
      if (name !== first.name || (times += 1) > 1) return;
      const { annotations, labels } = texts(first.name);
      cluster.put({ namespace: 'web', name, type: 'kubernetes.io/tls', data: dataAt(`web/${name}`), annotations, labels: { ...labels, team: 'shop' } }, 'helm');
    };
    const successor = { ...second, name: first.name, commonName: first.commonName };
    await destination.upload(successor);
    expect(times).toBe(2);
    expect(texts(first.name).labels).toHaveProperty('team', 'shop');
    await destination.rollback?.(deployed(successor, externalId));
    expect(await destination.verify?.(deployed(first, externalId))).toBe(true);
  });

  it('removes a certificate where it was put, also when the options name another place by now', async () => {
    const certificate = testDeployable();
    const { externalId } = await make().upload(certificate);
    await make({ secretNameFormat: 'other-{common_name}' }).remove?.(deployed(certificate, externalId));
    expect(cluster.secrets.size).toBe(0);
  });

  it('names all rights that are missing when the options are tried', async () => {
    await expect(make({ kubernetesAuthToken: 'reader' }).check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringMatching(/"create" on secrets in namespace "web", "patch".*"delete"/) });
  });

  it('names the right that is missing in an upload', async () => {
    await expect(make({ kubernetesAuthToken: 'reader' }).upload(testDeployable())).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('must allow "patch" on secrets in namespace "web"') });
  });

  it('says when the namespace does not exist', async () => {
    cluster.tokens.set('elsewhere', [{ ...role[0]!, namespace: 'gone' }]);
    await expect(make({ kubernetesAuthToken: 'elsewhere', kubernetesNamespace: 'gone' }).check?.()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('namespaces "gone" not found') });
  });

  it('does not trust a server whose CA it was not given', async () => {
    await expect(make({ kubernetesServerCertificate: undefined }).check?.()).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('not trusted') });
  });

  it('never sends the token of its own pod to another cluster', async () => {
    await expect(make({ kubernetesAuthToken: undefined }).check?.()).rejects.toMatchObject({ code: 'failed_precondition', reason: 'kubernetes.no_token', message: expect.stringContaining('not for https://127.0.0.1') });
  });

  it('reads the token from a file where the administrator allows it, and again when it changes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sifaka-token-'));
    try {
      const file = join(folder, 'token');
      const destination = make({ kubernetesAuthToken: undefined, kubernetesAuthTokenFile: file, fileFolders: [folder] });
      await expect(destination.check?.()).rejects.toMatchObject({ reason: 'kubernetes.no_token', message: expect.stringContaining('is not there') });
      writeFileSync(file, 'wrong-token\n');
      const fault: unknown = await destination.check?.().catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: 'permission_denied', reason: 'kubernetes.bad_token' });
      expect(String(fault)).not.toContain('wrong-token');
      writeFileSync(file, 'right-token\n');
      await destination.check?.();
      symlinkSync('/etc/passwd', join(folder, 'link'));
      await expect(make({ kubernetesAuthToken: undefined, kubernetesAuthTokenFile: join(folder, 'link'), fileFolders: [folder] }).check?.()).rejects.toMatchObject({ reason: 'plugin.file' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('reads no file of the machine that no administrator opened', async () => {
    await expect(make({ kubernetesAuthToken: undefined, kubernetesAuthTokenFile: '/etc/passwd' }).check?.()).rejects.toMatchObject({ code: 'failed_precondition', reason: 'plugin.file' });
  });

  it('names where the secret is served, and refuses what is no address', () => {
    expect(make({ endpoints: 'ingress.example.test:8443#shop.example.test, 192.0.2.7:443#{CN}' }).endpoints?.(deployed(testDeployable({ commonName: 'www.example.test' })))).toEqual([
      { host: 'ingress.example.test', port: 8443, serverName: 'shop.example.test', startTls: null },
      { host: '192.0.2.7', port: 443, serverName: 'www.example.test', startTls: null },
    ]);
    expect(make().endpoints?.(deployed(testDeployable()))).toEqual([]);
    expect([make().servedWithinMs, make({ servedWithin: 30 }).servedWithinMs]).toEqual([120_000, 30_000]);
    expect(() => make({ servedWithin: 301 })).toThrow(/servedWithin/);
    expect(() => make({ endpoints: 'host:99999' })).toThrow(/endpoints/);
  });

  it.each([
    ['secretNameFormat', 'Upper'],
    ['kubernetesURL', 'ftp://k8s.example.test'],
    ['kubernetesURL', 'https://user:pw@k8s.example.test'],
    ['kubernetesAuthToken', 'two\nlines'],
    ['kubernetesAuthTokenFile', 'relative/token'],
    ['kubernetesNamespace', 'Not A Label'],
    ['secretFormat', 'PEM'],
  ])('refuses %s "%s"', (name, value) => {
    expect(() => make({ [name]: value })).toThrow(new RegExp(name));
  });
});

/** A client that nobody here wrote. */
describeWith('kubectl')('kubectl', () => {
  const kubectl = (...args: string[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'sifaka-kubectl-'));
    try {
      writeFileSync(join(folder, 'ca.pem'), ca.rootPem);
      return execFileSync('kubectl', ['--server', cluster.url, '--token', 'right-token', '--certificate-authority', join(folder, 'ca.pem'), '-n', 'web', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, HOME: folder, KUBECONFIG: join(folder, 'none') },
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it('makes the same TLS secret of the same certificate and key', async () => {
    const certificate = testDeployable();
    await make().upload(certificate);
    const folder = mkdtempSync(join(tmpdir(), 'sifaka-tls-'));
    try {
      const data = dataAt(`web/${certificate.name}`);
      writeFileSync(join(folder, 'crt'), data['tls.crt'] ?? '');
      writeFileSync(join(folder, 'key'), data['tls.key'] ?? '');
      const made = JSON.parse(kubectl('create', 'secret', 'tls', certificate.name, '--cert', join(folder, 'crt'), '--key', join(folder, 'key'), '--dry-run=client', '-o', 'json'));
      const sent = JSON.parse(cluster.requests.findLast(({ method }) => method === 'PATCH')?.text ?? '{}');
      expect({ apiVersion: sent.apiVersion, kind: sent.kind, type: sent.type, data: sent.data }).toEqual({ apiVersion: made.apiVersion, kind: made.kind, type: made.type, data: made.data });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
