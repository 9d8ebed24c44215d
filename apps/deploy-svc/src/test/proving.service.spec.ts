import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { retryDeployment, setDestinations } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { certificatePem, parseCertificate, toPkcs8Pem } from '@sifaka/pki';
import { admin } from './a-deploy-service.js';
import { DeploymentWorld, type KnownCertificate } from './a-deployment-world.js';
import type { Shelf } from './shelf-destination.js';

let world: DeploymentWorld;
beforeAll(async () => (world = await DeploymentWorld.start()), 60_000);
afterAll(() => world.stop());

const able = 'remove rollback settle endpoints';
const pemOf = (der: Buffer) => certificatePem(parseCertificate(der));
const shown = ({ path }: KnownCertificate) => ({ chainPem: [path.certificateDer, ...path.chainDer].map(pemOf).join('\n'), keyPem: toPkcs8Pem(path.privateKey) });

/** A destination that serves a certificate already. */
async function serving(can = able) {
  const [place, old] = [await world.destination({ can, isServing: true, slot: 'front' }), await world.certificate()];
  const before = await world.deploy(old, place);
  return { place, old, before };
}

const windowOf = ({ window }: Shelf) => window?.chainPem.split('\n-----BEGIN')[0]?.trim();
const leafOf = ({ path }: KnownCertificate) => pemOf(path.certificateDer).trim();
const stepsOf = ({ history }: { history: { what: string }[] }) => history.map(({ what }) => what);
const timeOf = ({ history }: { history: { what: string; at: string }[] }, step: string) => Date.parse(history.find(({ what }) => what === step)?.at ?? '');
const millisecondsBetween = (one: string, other: string, detail: Parameters<typeof timeOf>[0]) => timeOf(detail, other) - timeOf(detail, one);

describe('an upload to a destination that names its endpoints', () => {
  it('counts when the certificate and its chain are served there', async () => {
    const { place, before } = await serving();
    expect(before.proofs).toEqual([{ host: '127.0.0.1', port: place.shelf.port, serverName: 'www.example.test', startTls: null, isServed: true, detail: null }]);
    expect(stepsOf(before)).toEqual(['requested', 'uploading', 'uploaded', 'verified', 'deployed']);
    expect(place.shelf.calls).toEqual(['upload', 'settle']);
  });

  it('needs no root to be presented', async () => {
    const { place } = await serving();
    place.shelf.presents = ({ chainPem, keyPem }) => ({ chainPem: chainPem.split(/(?=-----BEGIN)/).slice(0, 2).join(''), keyPem });
    expect(await world.deploy(await world.certificate(), place)).toMatchObject({ proofs: [{ isServed: true }] });
  });

  const other = () => world.certificate();
  it.each([
    ['another certificate', 'another certificate is presented', async () => shown(await other())],
    ['no chain', 'the chain is not presented', undefined],
  ])('that serves %s is rolled back within five seconds, and not tried again', async (_what, wordsOfIt, made) => {
    const { place, old, before } = await serving();
    const wrong = await made?.();
    place.shelf.presents = ({ chainPem, keyPem }) => wrong ?? { chainPem: chainPem.split(/(?=-----BEGIN)/)[0] ?? '', keyPem };
    const certificate = await world.certificate({ replaces: [old.id] });
    const detail = await world.deploy(certificate, place, 'failed');
    expect(millisecondsBetween('uploaded', 'rolled_back', detail)).toBeLessThan(5_000);
    expect(detail).toMatchObject({ isRolledBack: true, nextTryAt: null, proofs: [{ isServed: false, detail: expect.stringContaining(wordsOfIt) }], lastError: expect.stringContaining(wordsOfIt) });
    expect(detail.lastError).toContain('what was served before is served again');
    expect(stepsOf(detail)).toEqual(['requested', 'uploading', 'uploaded', 'verification_failed', 'rolled_back', 'failed']);
    expect(windowOf(place.shelf)).toBe(leafOf(old));
    expect(await world.get(before.id)).toMatchObject({ state: 'deployed', wanted: 'deployed' });
    await world.events.waitFor(({ type, data }) => type.endsWith('deployment.failed') && Object(data).id === detail.id && Object(data).isRolledBack === true);
  });

  it('that breaks half-way is rolled back as well', async () => {
    const { place, old } = await serving();
    place.shelf.breaksHalfWay = true;
    const detail = await world.deploy(await world.certificate(), place, 'failed');
    expect(detail).toMatchObject({ isRolledBack: true, nextTryAt: null, lastError: expect.stringContaining('the reload command ended with 1') });
    expect(windowOf(place.shelf)).toBe(leafOf(old));
    place.shelf.breaksHalfWay = false;
    await world.platform.call('gateway', retryDeployment, { id: detail.id }, { principal: admin });
    expect(await world.becomes(detail.id, 'deployed')).toMatchObject({ isRolledBack: false, lastError: null, attempts: 1 });
  });

  it('of what is there already has the server told of it when it is asked for again, or serves another', async () => {
    const { place, old, before } = await serving(`${able} reload`);
    const { shelf } = place;
    const asOther = async () => {
      shelf.untold = shown(old);
      shelf.show(shown(await world.certificate()));
      shelf.calls.length = 0;
    };
    await asOther();
    await world.platform.call('gateway', retryDeployment, { id: before.id }, { principal: admin });
    await world.becomes(before.id, 'deployed', () => shelf.calls.includes('settle'));
    expect(shelf.calls).toEqual(['upload', 'reload', 'settle']);
    expect(windowOf(shelf)).toBe(leafOf(old));

    await asOther();
    await world.sql().query('update deployment set deployed_at = null where id = $1', [before.id]);
    await world.platform.call('gateway', retryDeployment, { id: before.id }, { principal: admin });
    await world.becomes(before.id, 'deployed', () => shelf.calls.includes('settle'));
    expect(shelf.calls).toEqual(['upload', 'reload', 'settle']);
    expect(windowOf(shelf)).toBe(leafOf(old));
  });

  it('that is taken back, and maybe left its key there, is removed when it is detached', async () => {
    const [place, certificate] = [await world.destination({ can: able, isServing: true }), await world.certificate()];
    place.shelf.breaksHalfWay = true;
    const { id } = await world.deploy(certificate, place, 'failed');
    place.shelf.calls.length = 0;
    await world.platform.call('gateway', setDestinations, { certificateId: certificate.id, destinationIds: [] }, { principal: admin });
    await world.becomes(id, 'removed');
    expect(place.shelf.calls).toEqual(['remove']);
  });

  it('that loses the other side is rolled back as soon as that is there, and only then tried again', async () => {
    const { place, old } = await serving();
    const away = new AppError('unavailable', 'edge: nothing listens there');
    place.shelf.faults.set('upload', away).set('rollback', away);
    const certificate = await world.certificate();
    const detail = await world.deploy(certificate, place, 'failed');
    expect(detail).toMatchObject({ isRolledBack: false, nextTryAt: expect.any(String), lastError: expect.stringContaining('nothing listens there') });
    expect(stepsOf(detail)).toContain('rollback_failed');
    place.shelf.faults.clear();
    await world.makeDue(detail.id);
    expect(await world.becomes(detail.id, 'failed', ({ isRolledBack }) => isRolledBack)).toMatchObject({ nextTryAt: expect.any(String) });
    expect(windowOf(place.shelf)).toBe(leafOf(old));
    await world.makeDue(detail.id);
    await world.becomes(detail.id, 'deployed');
    expect(windowOf(place.shelf)).toBe(leafOf(certificate));
  });

  it('that is asked for again while it waits to be rolled back is rolled back first', async () => {
    const { place, old } = await serving();
    const away = new AppError('unavailable', 'edge: nothing listens there');
    const wrong = shown(await world.certificate());
    place.shelf.presents = () => wrong;
    place.shelf.faults.set('rollback', away);
    const certificate = await world.certificate();
    const { id } = await world.deploy(certificate, place, 'failed');
    place.shelf.faults.clear();
    place.shelf.presents = (uploaded) => uploaded;
    place.shelf.calls.length = 0;
    await world.platform.call('gateway', retryDeployment, { id }, { principal: admin });
    const back = await world.becomes(id, 'failed', ({ isRolledBack }) => isRolledBack);
    expect(back).toMatchObject({ nextTryAt: expect.any(String), lastError: expect.stringContaining('what was served before is served again') });
    expect(place.shelf.calls).toEqual(['rollback']);
    expect(windowOf(place.shelf)).toBe(leafOf(old));
    await world.makeDue(id);
    await world.becomes(id, 'deployed');
    expect(windowOf(place.shelf)).toBe(leafOf(certificate));
  });

  it('that nobody here may ask is refused before anything is changed', async () => {
    const place = await world.destination({ can: able, isServing: true, host: '127.0.0.2' });
    expect(await world.deploy(await world.certificate(), place, 'failed')).toMatchObject({ nextTryAt: null, lastError: expect.stringContaining('127.0.0.2') });
    expect(place.shelf.calls).toEqual([]);
  });

  it('that cannot be put back says what is served instead', async () => {
    const { place, old } = await serving();
    const wrong = shown(await other());
    place.shelf.presents = () => wrong;
    place.shelf.faults.set('rollback', new AppError('failed_precondition', 'the backup is gone'));
    const detail = await world.deploy(await world.certificate({ replaces: [old.id] }), place, 'failed');
    expect(detail).toMatchObject({ isRolledBack: false, nextTryAt: null, lastError: expect.stringContaining('could not be put back: the backup is gone') });
    expect(stepsOf(detail)).toContain('rollback_failed');
  });
});

describe('an upload to a destination without endpoints', () => {
  it('is asked for at the destination where that can tell', async () => {
    const place = await world.destination({ can: 'verify' });
    expect(stepsOf(await world.deploy(await world.certificate(), place))).toContain('verified');
    place.shelf.gates.set('verify', () => {
      place.shelf.held.clear();
      return Promise.resolve();
    });
    const detail = await world.deploy(await world.certificate(), place, 'failed');
    expect(detail).toMatchObject({ isRolledBack: false, nextTryAt: expect.any(String), lastError: expect.stringContaining('does not have what was uploaded') });
  });
});
