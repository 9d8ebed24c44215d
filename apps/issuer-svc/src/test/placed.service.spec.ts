import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import {
  getPendingCertificate,
  issueCertificate,
  listPendingCertificates,
  listTrustAnchors,
  readPlacedCertificates,
  updateAuthority,
  updatePendingCertificate,
  type RequestOf,
} from '@sifaka/contracts';
import { parseCertificate } from '@sifaka/pki';
import type { EventCollector } from '@sifaka/testing';
import { aPendingWorld, type PendingWorld } from './a-pending-world.js';
import { admin, anAuthority, aRequest, aSubCa, dns, issue, upload } from './an-issuer.js';
import { later } from './an-outside-ca.js';

let world: PendingWorld;
let events: EventCollector;
const as = { principal: admin };

beforeAll(async () => {
  world = await aPendingWorld();
  events = await world.platform.events('sifaka.v1.certificate.>');
});
afterAll(() => world.stop());

const placed = (...ids: number[]) => world.platform.call('deploy', readPlacedCertificates, { ids });
const told = async (word: string, id: number | null) => (await events.waitFor(({ subject, type }) => type.endsWith(word) && subject === String(id))).data;

describe('a certificate for those who place it', () => {
  it('comes with names, chain, key and what it replaces', async () => {
    const authority = await anAuthority(world.platform);
    const old = await issue(world.platform, authority, { commonName: 'shop.corp.test' });
    const certificate = await issue(world.platform, authority, { commonName: 'shop.corp.test', extensions: dns('www.corp.test'), replaces: [{ id: old.id }], roleIds: [7] });
    const { certificates } = await placed(certificate.id, old.id, 999_999);
    const [before, after] = [old.id, certificate.id].map((id) => certificates.find((each) => each.id === id));
    expect(certificates).toHaveLength(2);
    expect(before).toMatchObject({ replacedBy: [certificate.id], replaces: [] });
    expect(after).toMatchObject({
      name: certificate.name,
      commonName: 'shop.corp.test',
      names: ['shop.corp.test', 'www.corp.test'],
      format: 'x509',
      keyId: expect.stringMatching(/^[\da-f-]{36}$/),
      status: null,
      isDeleted: false,
      userId: 1,
      ownerRoleId: 20,
      roleIds: [7, 20, 10],
      replaces: [old.id],
      fingerprintSha256: parseCertificate(certificate.body).fingerprintSha256,
    });
    expect(new X509Certificate(Buffer.from(after?.certificateDer ?? '', 'base64')).toString().trim()).toBe(certificate.body.trim());
    expect(after?.chainDer).toHaveLength(1);
  });

  it('is judged by the roots of authorities that are active', async () => {
    const root = await anAuthority(world.platform, { name: 'Anchor Root' });
    const sub = await aSubCa(world.platform, root, { name: 'Anchor Sub' });
    const gone = await anAuthority(world.platform, { name: 'Anchor Gone' });
    const changes = { id: gone.id, owner: gone.owner, ownerRoleId: 10, description: null, roleIds: [], options: null };
    await world.platform.call('gateway', updateAuthority, { ...changes, active: false }, as);
    const { certificatesDer } = await world.platform.call('discovery', listTrustAnchors, {});
    const names = certificatesDer.map((der) => parseCertificate(Buffer.from(der, 'base64')).cn);
    expect(names.filter((name) => name?.startsWith('Anchor'))).toEqual(['Anchor Root']);
    expect(sub.name).toBe('Anchor Sub');
  });
});

describe('destinations of a request', () => {
  it('are told with what was issued and uploaded', async () => {
    const authority = await anAuthority(world.platform);
    const issued = await issue(world.platform, authority, { destinationIds: [3, 4] });
    const uploaded = await upload(world.platform, { body: issued.body, destinationIds: [5] });
    expect(await told('issued', issued.id)).toMatchObject({ destinationIds: [3, 4] });
    expect(await told('imported', uploaded.id)).toMatchObject({ destinationIds: [5], sourceId: null, proposedOwner: null });
    expect(await told('destinations_requested', issued.id)).toMatchObject({ id: issued.id, fingerprintSha256: parseCertificate(issued.body).fingerprintSha256, destinationIds: [3, 4], requestedBy: { userId: expect.any(Number) } });
    expect(await told('destinations_requested', uploaded.id)).toMatchObject({ id: uploaded.id, destinationIds: [5] });
  });

  it('are told of on their own only where there are any', async () => {
    const authority = await anAuthority(world.platform);
    const [none, some] = [await issue(world.platform, authority), await issue(world.platform, authority, { destinationIds: [6] })];
    await told('issued', none.id);
    await told('destinations_requested', some.id);
    expect(events.heard.filter(({ event: { type, subject } }) => type.endsWith('destinations_requested') && subject === String(none.id))).toEqual([]);
  });

  it('are part of what makes a request the same', async () => {
    const authority = await anAuthority(world.platform);
    const request: RequestOf<typeof issueCertificate> = aRequest(authority, { requestKey: '5a'.repeat(32), destinationIds: [1] });
    const first = await world.platform.call('gateway', issueCertificate, request, as);
    expect(await world.platform.call('gateway', issueCertificate, request, as)).toEqual(first);
    await expect(world.platform.call('gateway', issueCertificate, { ...request, destinationIds: [2] }, as)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('wait with a pending certificate, may change, and are told with the certificate', async () => {
    world.ca.create = () => Promise.resolve(later());
    const pending = await world.pend('poll', { commonName: 'later.corp.test', destinationIds: [8, 9] });
    expect(pending.destinationIds).toEqual([8, 9]);
    const { owner, id } = pending;
    const changes = { id, owner, ownerRoleId: 20, roleIds: [], description: '', notify: null, rotation: null, replaces: [], destinationIds: [9, 11, 11] };
    expect((await world.platform.call('gateway', updatePendingCertificate, changes, as)).destinationIds).toEqual([9, 11]);
    expect((await world.platform.call('gateway', getPendingCertificate, { id }, as)).destinationIds).toEqual([9, 11]);
    const window = { offset: 0, limit: 10, sortBy: null, sortDir: null, cursor: null };
    const list = (filter: string) =>
      world.platform.call('gateway', listPendingCertificates, { window, filter, owner: null, creatorIds: null, isOwn: false, ids: null, state: null }, as);
    expect((await list('destination;11')).items.map((item) => item.id)).toEqual([id]);
    expect((await list('destination;8')).items).toEqual([]);
    expect((await list('destination;999999999999')).items).toEqual([]);
    world.ca.poll = ({ csrDer }) => Promise.resolve(world.ca.issued(csrDer));
    await world.poll(id);
    const { resolvedCertId } = await world.platform.call('gateway', getPendingCertificate, { id }, as);
    expect(await told('issued', resolvedCertId)).toMatchObject({ destinationIds: [9, 11] });
  });
});
