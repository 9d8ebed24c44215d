import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  certificateFailed,
  certificateFoundRevoked,
  certificateRenewalFailed,
  certificateRenewalLate,
  certificateRenewed,
  certificateRevoked,
  deploymentFailed,
  destinationCreated,
  rotationSucceeded,
} from '@sifaka/contracts';
import { waitUntil } from '@sifaka/testing';
import { clock, days, issuerState, NotifyWorld } from './a-notify-world.js';
import { inbox } from './memory-notifier.js';

let world: NotifyWorld;
beforeAll(async () => {
  world = await NotifyWorld.start({ ENABLE_REISSUE_NOTIFICATION: 'true', ENABLE_ROTATION_NOTIFICATION: 'true', LEMUR_REISSUE_NOTIFICATION_EXCLUDED_DESTINATIONS: 'looks-after-itself' });
}, 60_000);
afterAll(() => world.stop());
beforeEach(() => world.clear());

const at = () => clock.now().toISOString();
const both = ['joe@a.test', 'sec@corp.test'];
const heard = async (count: number) => {
  await waitUntil(() => inbox.messages.length >= count);
  return inbox.messages.map(({ event, recipients, severity }) => [event, recipients, severity]);
};
const renewed = (certificateId: number, successorId: number, parts: object = {}) => ({
  ...{ certificateId, name: 'old', owner: 'joe@a.test', notAfter: at(), notify: true, successorId, successorName: 'new', successorNotAfter: at(), destinationIds: [], endpointCount: 0, trigger: 'schedule' as const },
  ...parts,
});
const facts = (id: number) => ({ id, name: `c-${id}`, owner: 'joe@a.test', commonName: null, names: [], authorityId: null, serialHex: 'A1', fingerprintSha256: 'f', replaces: [], roleIds: [], notBefore: at(), notAfter: at() });

describe('a renewal', () => {
  it('without endpoints is told once, with what took its place', async () => {
    const [old, successor] = [world.certificate(), world.certificate()];
    const event = await world.tell('issuer', certificateRenewed, renewed(old.id, successor.id));
    expect(await heard(1)).toEqual([['reissued_with_no_endpoints', both, 'info']]);
    expect(inbox.messages[0]).toMatchObject({ certificates: [{ id: old.id }], facts: { successor: { id: successor.id } } });
    await world.again('issuer', event);
    await world.tell('issuer', certificateRenewed, renewed(old.id, successor.id, { endpointCount: 2 }));
    await world.tell('issuer', certificateRenewed, renewed(successor.id, old.id));
    expect((await heard(2)).length).toBe(2);
  });

  it('is not told where endpoints are rotated, nobody wants to hear of it, or a destination looks after itself', async () => {
    const [old, successor] = [world.certificate(), world.certificate()];
    await world.tell('deploy', destinationCreated, { id: 7, label: 'looks-after-itself', description: '', plugin: 'x' });
    await waitUntil(async () => (await world.sql('select * from destination_label')).length === 1);
    await world.tell('issuer', certificateRenewed, renewed(old.id, successor.id, { endpointCount: 1 }));
    await world.tell('issuer', certificateRenewed, renewed(old.id, successor.id, { notify: false }));
    await world.tell('issuer', certificateRenewed, renewed(old.id, successor.id, { destinationIds: [7] }));
    await world.tell('issuer', certificateRenewed, renewed(old.id, successor.id, { destinationIds: [8] }));
    expect((await heard(1)).length).toBe(1);
  });

  it('that fails is told once a day, and one that is late once and once more at last', async () => {
    const { id: certificateId } = world.certificate();
    const base = { certificateId, name: 'c', owner: 'joe@a.test', notAfter: at(), notify: true, attempts: 2 };
    const failed = { ...base, error: 'quota', nextTryAt: at(), trigger: 'schedule' as const };
    for (const _time of [1, 2]) await world.tell('issuer', certificateRenewalFailed, failed);
    expect(await heard(1)).toEqual([['reissue_failed', both, 'error']]);
    clock.advance(days(1));
    await world.tell('issuer', certificateRenewalFailed, failed);
    await heard(2);
    for (const isLastCall of [false, false, true, true]) await world.tell('issuer', certificateRenewalLate, { ...base, lastError: 'quota', isLastCall });
    await heard(4);
    expect(inbox.of('renewal_late').map(({ severity }) => severity).sort()).toEqual(['critical', 'error']);
  });

  it('that is late is told to the security team though the owner wants to hear nothing: nobody else would be told at all', async () => {
    const silent = { certificateId: world.certificate({ notify: false }).id, name: 'c', owner: 'joe@a.test', notAfter: at(), notify: false, attempts: 2 };
    await world.tell('issuer', certificateRenewalFailed, { ...silent, error: 'quota', nextTryAt: at(), trigger: 'schedule' });
    await world.tell('issuer', certificateRenewalLate, { ...silent, lastError: 'quota', isLastCall: false });
    expect(await heard(1)).toEqual([['renewal_late', ['sec@corp.test'], 'error']]);
  });

  it('whose order comes to nothing is told as a renewal, however often it is tried, and as a request when nobody tries again', async () => {
    const [{ id: renewalOf }, { id: byHand }] = [world.certificate({ rotation: true }), world.certificate()];
    const pending = { pendingCertificateId: 20, name: 'p-20', owner: 'joe@a.test', commonName: 'p.corp.test', names: ['p.corp.test'], authorityId: 1, roleIds: [], error: 'refused', attempts: 4 };
    for (const pendingCertificateId of [20, 21, 22]) await world.tell('issuer', certificateFailed, { ...pending, pendingCertificateId, renewalOf });
    await world.tell('issuer', certificateFailed, { ...pending, pendingCertificateId: 23, renewalOf: byHand });
    expect(await heard(1)).toEqual([['failed', both, 'error']]);
    expect(inbox.messages[0]?.facts).toMatchObject({ request: { id: 23 } });
  });
});

describe('a revocation', () => {
  it('is told to the owner, if he wanted to be told of the certificate', async () => {
    const [told, silent] = [world.certificate(), world.certificate()];
    const revoked = { crlReason: 'keyCompromise' as const, revokedAt: at() };
    await world.tell('issuer', certificateRevoked, { ...facts(silent.id), ...revoked, notify: false });
    const event = await world.tell('issuer', certificateRevoked, { ...facts(told.id), ...revoked, notify: true });
    await world.again('issuer', event);
    expect(await heard(1)).toEqual([['revocation', ['joe@a.test'], 'info']]);
    expect(inbox.messages[0]?.certificates[0]?.id).toBe(told.id);
  });

  it('that nobody asked for is told to the security team as well', async () => {
    const { id } = world.certificate();
    await world.tell('issuer', certificateFoundRevoked, { id, name: 'c', owner: 'joe@a.test', serialHex: 'A1', notify: true, revokedAt: null, crlReason: null, saidBy: 'ocsp' });
    expect(await heard(1)).toEqual([['revocation', both, 'error']]);
  });

  it('waits for a service that cannot be asked now', async () => {
    const { id } = world.certificate();
    issuerState.isAway = true;
    const calls = issuerState.calls;
    await world.tell('issuer', certificateFoundRevoked, { id, name: 'c', owner: 'joe@a.test', serialHex: 'A1', notify: false, revokedAt: null, crlReason: null, saidBy: 'crl' });
    await waitUntil(() => issuerState.calls > calls);
    issuerState.isAway = false;
    expect(await heard(1)).toEqual([['revocation', ['sec@corp.test'], 'error']]);
  }, 30_000);
});

describe('what else needs somebody', () => {
  it('is a request that came to nothing', async () => {
    const pending = { pendingCertificateId: 3, name: 'p-3', owner: 'joe@a.test', commonName: 'p.corp.test', names: ['p.corp.test'], authorityId: 1, roleIds: [], error: 'refused', attempts: 4 };
    for (const _time of [1, 2]) await world.tell('issuer', certificateFailed, pending);
    await world.tell('issuer', certificateFailed, { ...pending, pendingCertificateId: 4, notify: false });
    await heard(2);
    expect(inbox.of('failed').map(({ recipients }) => recipients).sort()).toEqual([both, ['sec@corp.test']]);
    expect(inbox.messages[0]?.facts).toMatchObject({ request: { name: 'p-3' }, error: 'refused', attempts: 4 });
  });

  it('is a deployment that was given up, and none that is tried again', async () => {
    const { id: certificateId } = world.certificate();
    const failed = { id: 5, certificateId, destinationId: 7, destinationLabel: 'edge', plugin: 'sftp-destination', fingerprintSha256: 'f', error: 'no space', attempts: 32, isRolledBack: false };
    await world.tell('deploy', deploymentFailed, { ...failed, nextTryAt: at() });
    await world.tell('deploy', deploymentFailed, { ...failed, nextTryAt: null });
    expect(await heard(1)).toEqual([['deployment_failed', both, 'error']]);
    expect(inbox.messages[0]?.facts).toMatchObject({ destination: { label: 'edge' }, error: 'no space' });
  });

  it('is an endpoint that presents another certificate, for its owner', async () => {
    const [old, now] = [world.certificate(), world.certificate()];
    const rotated = { id: 6, endpointId: 2, endpointName: 'shop-elb', dnsname: 'shop.elb.test', port: 443, oldCertificateId: old.id, newCertificateId: now.id };
    const event = await world.tell('deploy', rotationSucceeded, rotated);
    await world.again('deploy', event);
    expect(await heard(1)).toEqual([['rotation', ['joe@a.test'], 'info']]);
    expect(inbox.messages[0]?.facts).toMatchObject({ successor: { id: now.id }, endpoints: [{ name: 'shop-elb', port: 443 }] });
  });
});
