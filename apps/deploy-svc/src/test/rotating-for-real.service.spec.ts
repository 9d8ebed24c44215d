import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { getRotation, listEndpoints, startRotation, uploadCertificate, type CertificateRecord } from '@sifaka/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the four are tested together
import { issuerService } from '@sifaka/issuer-svc';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the four are tested together
import { keyvaultService } from '@sifaka/keyvault-svc';
import { encodePem } from '@sifaka/pki';
import { testPath, type TestPath } from '@sifaka/plugin-sdk/conformance';
import { testPlatform, waitUntil, type TestPlatform } from '@sifaka/testing';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the four are tested together
import { aSource, sync, testService as discoveryService } from '../../../discovery-svc/src/test/a-discovery-service.js';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the four are tested together
import { anEndpoint, foundEndpoint, placeAt } from '../../../discovery-svc/src/test/memory-source.js';
import { admin, createTestDestination, deployTestService, named } from './a-deploy-service.js';
import { Shelf, shelves } from './shelf-destination.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform({ services: [keyvaultService, issuerService, discoveryService, deployTestService], env: { SIFAKA_MASTER_KEYS: randomBytes(32).toString('base64') } });
}, 60_000);
afterAll(() => platform.stop());

const pem = (der: Uint8Array) => encodePem('CERTIFICATE', der);

function upload({ certificateDer, chainDer, privateKeyPkcs8Der }: TestPath, name: string, replaces: { id: number }[] = []): Promise<CertificateRecord> {
  const texts = { body: pem(certificateDer), chain: chainDer.map(pem).join('\n'), privateKey: encodePem('PRIVATE KEY', privateKeyPkcs8Der), csr: null };
  return platform.call('gateway', uploadCertificate, { ...texts, name, owner: 'platform@corp.test', ownerRoleId: 30, roleIds: [30], description: '', authority: null, externalId: null, notify: false, replaces }, { principal: admin });
}

const presented = ({ certificateDer }: TestPath, name: string) => ({ name, externalId: null, certificateDer, chainDer: [], isDefault: true });

it('a load balancer goes over to what replaced its certificate, which is put to its store; the old one leaves it', async () => {
  const paths = { old: testPath('ECCPRIME256V1'), made: testPath('ECCPRIME256V1') };
  const old = await upload(paths.old, 'shop-old');
  const made = await upload(paths.made, 'shop-new', [{ id: old.id }]);
  const shelf = new Shelf();
  shelves.set('cloud', shelf);
  await createTestDestination(platform, { label: 'cloud', slug: 'shelf-destination', options: named({ shelf: 'cloud', store: 'memory:main' }) });

  const place = placeAt('cloud');
  place.findings = [foundEndpoint({ certificates: [presented(paths.old, 'shop-old')] })];
  place.served = () => anEndpoint({ certificates: [place.pointed.at(-1)?.to === 'shop-new' ? presented(paths.made, 'shop-new') : presented(paths.old, 'shop-old')] });
  const source = await aSource({ platform, events: await platform.events('sifaka.v1.none.>'), stop: () => Promise.resolve() }, { options: named({ host: 'cloud' }) });
  await sync({ platform, events: await platform.events('sifaka.v1.none.>'), stop: () => Promise.resolve() }, source.id);

  const target = { endpointIds: null, certificateId: null, allDue: true, region: null, sourceId: source.id };
  const { rotations, refused } = await platform.call('gateway', startRotation, { target, newCertificate: null, removesOld: true, isDryRun: false, verifies: true }, { principal: admin });
  expect(refused).toEqual([]);
  expect(rotations).toMatchObject([{ oldCertificate: { id: old.id }, newCertificate: { id: made.id } }]);
  const ended = await waitUntil(async () => {
    const record = await platform.call('gateway', getRotation, { id: rotations[0]?.id ?? 0 });
    return record.finishedAt === null ? undefined : record;
  }, { timeoutMs: 20_000 });
  expect(ended).toMatchObject({ state: 'succeeded', lastError: null });
  expect(ended.steps.map(({ name, state }) => `${name} ${state}`)).toEqual(['deploy done', 'point done', 'verify done', 'remove done']);
  expect(place.pointed).toEqual([{ dnsName: 'shop-1.elb.test', from: 'shop-old', to: 'shop-new' }]);
  expect([...shelf.held.keys()]).toEqual(['shop-new']);
  expect(place.removed).toEqual(['shop-old']);
  const { items } = await platform.call('gateway', listEndpoints, { window: { offset: 0, limit: 10, sortBy: null, sortDir: null }, filter: null, owner: null, certificateId: made.id, sourceId: source.id, ids: null });
  expect(items).toMatchObject([{ certificateId: made.id, certificates: [{ certificateId: made.id, isDefault: true }] }]);
}, 60_000);
