import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPeers, startMoto, startMotoProxy, type MotoCall } from '@sifaka/peers';
import { certificateBody, createTwoTierPki, expectOk, Platform, waitUntil, type Client, type Json } from '../harness/index.js';
import { named, ownCertificate } from '../discovery/servers.js';
import { account as accountNumber, openAccount, role, type Account } from './aws-account.js';

const denied = { status: 403, body: '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>listeners are frozen today</Message></Error><RequestId>1</RequestId></ErrorResponse>' };
const waitMs = 30_000;
const serialOf = (pem: string): string => new X509Certificate(pem).serialNumber;
const states = (rotation: Json): string[] => rotation.steps.map(({ name, state }: Json) => `${name} ${state}`);

describeWithPeers(['moto', 'openssl'], 'load balancers of an AWS account', () => {
  const stops: (() => Promise<unknown>)[] = [];
  let refuses: (call: MotoCall) => boolean = () => false;
  let platform: Platform;
  let admin: Client;
  let aws: Account;
  let endpointUrl: string;
  let authority: Json;
  let destination: Json;
  let source: Json;
  let listener: string;
  let other: Json;
  let current: Json;
  let foreignArn: string;

  const deploymentOf = async ({ id }: Json): Promise<Json> => expectOk(await admin.get(`/certificates/${id}/deployments`)).items[0];
  const deployed = (certificate: Json) => ended(certificate, ['deployed']);
  const arnOf = async (certificate: Json): Promise<string> => (await deploymentOf(certificate)).externalId;
  const issue = async (commonName: string, changes: Json = {}): Promise<Json> => expectOk(await admin.post('/certificates', certificateBody({ authority: { id: authority.id }, commonName, keyType: 'RSA2048', ...changes })));
  const successorOf = ({ id, commonName }: Json, changes: Json = {}) => issue(commonName, { replaces: [{ id }], ...changes });
  const endpoints = async (): Promise<Json[]> => expectOk(await admin.get(`/endpoints?count=100&sourceId=${source.id}`)).items;
  const endpointNamed = async (name: string, port = 443): Promise<Json> => (await endpoints()).find((one) => one.name === name && one.port === port);
  const iamNames = async (): Promise<Set<string>> => new Set(await aws.held());

  async function ended(certificate: Json, wanted: readonly string[]): Promise<Json> {
    let last: Json;
    await waitUntil(`deployment of ${certificate.name} to be ${wanted.join(' or ')}`, async () => wanted.includes((last = await deploymentOf(certificate))?.state), waitMs).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(last)}`);
    });
    return last;
  }

  async function sync(): Promise<Json> {
    const { id } = expectOk(await admin.post(`/sources/${source.id}/sync`, {}));
    let run: Json;
    await waitUntil(`run ${id}`, async () => ['succeeded', 'partial', 'failed'].includes((run = expectOk(await admin.get(`/sources/${source.id}/runs`)).items.find((one: Json) => one.id === id))?.state), 60_000);
    return run;
  }

  /** Begins rotations and waits until all of them have ended. */
  async function rotated(path: string, body: Json): Promise<Json[]> {
    const { rotations, refused } = expectOk(await admin.post(path, body));
    expect(refused).toEqual([]);
    return Promise.all(rotations.map(({ id }: Json) => rotationEnded(id)));
  }

  async function rotationEnded(id: number): Promise<Json> {
    let last: Json;
    await waitUntil(`rotation ${id}`, async () => (last = expectOk(await admin.get(`/rotations/${id}`))).finishedAt !== null, waitMs).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(last)}`);
    });
    return last;
  }

  beforeAll(async () => {
    const moto = await startMoto();
    stops.push(() => moto.stop());
    aws = await openAccount(moto.url);
    stops.push(() => aws.stop());
    const proxy = await startMotoProxy(moto.url, { instead: (call) => (refuses(call) ? denied : null) });
    stops.push(() => proxy.stop());
    endpointUrl = proxy.url;
    const { accessKeyId, secretAccessKey } = aws.platform;
    platform = await Platform.start({ env: { SIFAKA_OUTBOUND_ALLOWED_HOSTS: '127.0.0.1', AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_ELB_IGNORE_TAGS: 'unmanaged', LEMUR_EXCLUDED_REGIONS: aws.others.slice(1).join(',') } });
    stops.push(() => platform.dispose());
    admin = await platform.admin();
    ({ issuing: authority } = await createTwoTierPki(admin));
  }, 180_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  it('are watched by the source that comes with the destination of their certificates', async () => {
    const options = { accountNumber, role, endpoint: endpointUrl };
    destination = expectOk(await admin.post('/destinations', { label: 'edge', description: 'IAM', plugin: { slug: 'aws-destination', pluginOptions: named(options) } }));
    const { items } = expectOk(await admin.get('/sources'));
    expect(items).toEqual([expect.objectContaining({ label: 'edge', active: true, plugin: expect.objectContaining({ slug: 'aws-source' }) })]);
    [source] = items;
    const values = Object.fromEntries(source.options.map(({ name, value }: Json) => [name, value]));
    expect(values).toMatchObject({ ...options, path: '/' });
    expect(await sync()).toMatchObject({ counts: { endpointsFound: 0 } });
  });

  it('are found in every region with all their certificates, but for those with a tag that says so', async () => {
    [current, other] = [await issue('shop.corp.test', { destinations: [{ id: destination.id }] }), await issue('other.corp.test', { destinations: [{ label: 'edge' }] })];
    for (const certificate of [current, other]) expect(await deployed(certificate)).toMatchObject({ externalId: expect.stringMatching(/^arn:aws:iam::/), lastError: null });
    expect(await iamNames()).toEqual(new Set([current.name, other.name]));
    const foreign = await ownCertificate('foreign.corp.test');
    foreignArn = await aws.imported(foreign.certificate, foreign.key);
    const [shopArn, otherArn] = [await arnOf(current), await arnOf(other)];
    await aws.classic('web', [443, 8443], shopArn);
    listener = await aws.application('app', { certificate: shopArn, sni: [otherArn, foreignArn] });
    await aws.application('private', { certificate: shopArn, tags: ['unmanaged'] });
    expect(await sync()).toMatchObject({ state: 'succeeded', counts: { endpointsFound: 3, endpointsNew: 3, endpointsSkipped: 0, certificatesNew: 1, faults: 0 } });
    expect((await endpoints()).map(({ name, port, type, certificate }) => [name, port, type, certificate.id]).sort()).toEqual([
      ['app', 443, 'elbv2', current.id],
      ['web', 443, 'elb', current.id],
      ['web', 8443, 'elb', current.id],
    ]);
    const { certificates } = await endpointNamed('app');
    expect(certificates.map(({ commonName, cn, isDefault }: Json) => [commonName ?? cn, isDefault]).sort()).toEqual([['foreign.corp.test', false], ['other.corp.test', false], ['shop.corp.test', true]]);
    // What the platform put there itself stays as it was deployed.
    expect(await deploymentOf(current)).toMatchObject({ state: 'deployed', attempts: expect.any(Number) });
    expect((await sync()).counts).toMatchObject({ certificatesNew: 0, certificatesLinked: 0, certificatesUnlinked: 0, endpointsNew: 0, endpointsChanged: 0 });
  }, 120_000);

  it('go over to what replaced their certificate, as the plan said, with their list kept', async () => {
    const [old, oldArn, otherArn] = [current, await arnOf(current), await arnOf(other)];
    current = await successorOf(old);
    const { id } = await endpointNamed('app');
    const plan = expectOk(await admin.post(`/endpoints/${id}/rotate`, { dryRun: true, removeOld: true }));
    expect(plan).toMatchObject({ refused: [], rotations: [{ id: null, state: 'planned', oldCertificate: { id: old.id }, newCertificate: { id: current.id } }] });
    expect(states(plan.rotations[0])).toEqual(['deploy planned', 'point planned', 'verify planned', 'remove planned']);
    expect([await aws.presents(listener), await iamNames()]).toEqual([{ byDefault: oldArn, sni: [foreignArn, otherArn].sort() }, new Set([old.name, other.name])]);

    const [rotation] = await rotated(`/endpoints/${id}/rotate`, { removeOld: true });
    expect(rotation).toMatchObject({ state: 'succeeded', lastError: null });
    // Others present it still.
    expect(states(rotation)).toEqual(['deploy done', 'point done', 'verify done', 'remove skipped']);
    expect(await aws.presents(listener)).toEqual({ byDefault: await arnOf(current), sni: [foreignArn, otherArn].sort() });
    const after = await endpointNamed('app');
    expect([after.certificate.id, after.certificates.length]).toEqual([current.id, 3]);
    expect(await iamNames()).toEqual(new Set([old.name, current.name, other.name]));
  }, 60_000);

  it('go over by the region that is named, and the old certificate leaves IAM with the last of them', async () => {
    const [old, next] = [(await endpointNamed('web')).certificate, await arnOf(current)];
    const elsewhere = expectOk(await admin.post(`/certificates/${old.id}/rotate`, { region: 'ap-south-1', dryRun: true }));
    expect(elsewhere).toEqual({ rotations: [], refused: [] });
    const rotations = await rotated(`/certificates/${old.id}/rotate`, { region: 'us-east-1', removeOld: true });
    expect(rotations.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    expect(await aws.classicPresents('web')).toEqual({ 443: next, 8443: next });
    await ended(old, ['removed']);
    expect(await iamNames()).toEqual(new Set([current.name, other.name]));
  }, 60_000);

  it('go over all together when they are due', async () => {
    const old = current;
    current = await successorOf(old);
    const plan = expectOk(await admin.post('/rotations', { dryRun: true }));
    expect(plan.rotations.map(({ endpoint: { name, port } }: Json) => `${name}:${port}`).sort()).toEqual(['app:443', 'web:443', 'web:8443']);
    const rotations = await rotated('/rotations', { removeOld: true });
    expect(rotations.map(({ state, newCertificate }) => [state, newCertificate.id])).toEqual(Array.from({ length: 3 }, () => ['succeeded', current.id]));
    await ended(old, ['removed']);
    const arn = await arnOf(current);
    expect([(await aws.presents(listener)).byDefault, await aws.classicPresents('web')]).toEqual([arn, { 443: arn, 8443: arn }]);
    expect(await iamNames()).toEqual(new Set([current.name, other.name]));
    expect(expectOk(await admin.post('/rotations', {}))).toEqual({ rotations: [], refused: [] });
    expect((await sync()).counts).toMatchObject({ certificatesUnlinked: 0, endpointsNew: 0, endpointsChanged: 0 });
  }, 90_000);

  it('keep the old certificate when AWS refuses, which the rotation says, and take the new one when it is tried again', async () => {
    const [old, oldArn] = [current, await arnOf(current)];
    const { id } = await endpointNamed('app');
    const next = await successorOf(old);
    refuses = ({ action }) => action === 'ModifyListener';
    const [failed] = await rotated(`/endpoints/${id}/rotate`, { removeOld: true });
    refuses = () => false;
    expect(failed).toMatchObject({ state: 'failed', lastError: expect.stringContaining('listeners are frozen today') });
    expect((await aws.presents(listener)).byDefault).toBe(oldArn);
    expect([(await endpointNamed('app')).certificate.id, await deploymentOf(old)]).toEqual([old.id, expect.objectContaining({ state: 'deployed' })]);
    expectOk(await admin.post(`/rotations/${failed.id}/retry`, {}));
    expect(await rotationEnded(failed.id)).toMatchObject({ state: 'succeeded', lastError: null });
    expect((await aws.presents(listener)).byDefault).toBe(await arnOf(next));
    expect((await rotated('/rotations', { removeOld: true })).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    current = next;
  }, 90_000);

  it('that are gone fail their rotation, and no certificate is lost for that', async () => {
    const lone = await issue('lone.corp.test', { destinations: [{ id: destination.id }] });
    await deployed(lone);
    const gone = await aws.application('gone', { certificate: await arnOf(lone) });
    await sync();
    const { id } = await endpointNamed('gone');
    await successorOf(lone);
    await aws.deleteListener(gone);
    const [failed] = await rotated(`/endpoints/${id}/rotate`, { removeOld: true });
    expect(failed).toMatchObject({ state: 'failed', lastError: expect.stringMatching(/gone|listener/i) });
    expect(await aws.held()).toContain(lone.name);
    expect((await endpointNamed('gone')).certificate.id).toBe(lone.id);
  }, 60_000);

  it('keep their certificate from being revoked, unless that is forced: then it leaves IAM', async () => {
    const refused = await admin.put(`/certificates/${other.id}/revoke`, { crlReason: 'superseded' });
    expect(refused).toMatchObject({ status: 403, body: { reason: 'certificate.still_served', message: expect.stringContaining('app') } });
    expect((await admin.get(`/certificates/${other.id}`)).body.status).not.toBe('revoked');
    expect(await aws.held()).toContain(other.name);
    expectOk(await admin.put(`/certificates/${other.id}/revoke`, { crlReason: 'superseded', force: true }));
    await ended(other, ['removed']);
    expect(await aws.held()).not.toContain(other.name);
    expect((await admin.get(`/certificates/${other.id}`)).body.status).toBe('revoked');
  }, 60_000);

  it('that take certificates from ACM find the next one under the same ARN', async () => {
    const options = { accountNumber, role, endpoint: endpointUrl, region: 'eu-west-1' };
    const acm = expectOk(await admin.post('/destinations', { label: 'acm', description: 'ACM', plugin: { slug: 'aws-acm-dest', pluginOptions: named(options) } }));
    const first = await issue('acm.corp.test', { destinations: [{ id: acm.id }] });
    const { externalId: arn } = await deployed(first);
    expect(serialOf(await aws.inAcm(arn))).toBe(serialOf(first.body));
    const second = await successorOf(first, { destinations: [{ id: acm.id }] });
    expect((await deployed(second)).externalId).toBe(arn);
    expect(serialOf(await aws.inAcm(arn))).toBe(serialOf(second.body));
    expect(await deploymentOf(first)).toMatchObject({ state: 'removed', note: expect.stringContaining('place') });
  }, 60_000);
});
