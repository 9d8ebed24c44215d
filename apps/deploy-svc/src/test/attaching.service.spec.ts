import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attachDestinations, certificateDestinationsRequested, certificateRevoked, certificatesMissed, certificatesSighted, destinationStats, findAttachments, listDeployments, resolveAttachments, retryDeployment, setDestinations } from '@sifaka/contracts';
import { openOutlet, type TakenMeasurement } from '@sifaka/observability';
import { aPrincipal, waitUntil } from '@sifaka/testing';
import { admin } from './a-deploy-service.js';
import { DeploymentWorld, type KnownCertificate } from './a-deployment-world.js';

let world: DeploymentWorld;
beforeAll(async () => (world = await DeploymentWorld.start()), 60_000);
afterAll(() => world.stop());

const call: DeploymentWorld['platform']['call'] = (...question) => world.platform.call(...question);
const set = (certificate: { id: number }, destinations: { id: number }[], principal = admin) => call('gateway', setDestinations, { certificateId: certificate.id, destinationIds: destinations.map(({ id }) => id) }, { principal });
const list = (parts: Partial<Parameters<typeof call<typeof listDeployments>>[2]>) =>
  call('gateway', listDeployments, { window: { offset: 0, limit: 50, sortBy: null, sortDir: null }, certificateId: null, destinationId: null, state: null, ids: null, ...parts });
const factsOf = ({ id, name, owner, commonName, names, fingerprintSha256, notBefore, notAfter }: KnownCertificate) => ({ id, name, owner, commonName, names, authorityId: null, serialHex: '01', fingerprintSha256, notBefore, notAfter, replaces: [], roleIds: [7] });

describe('references to destinations', () => {
  const resolve = (refs: { id?: number; name?: string }[], parts: { hasPrivateKey?: boolean; format?: 'x509' | 'openssh' } = {}) => call('gateway', resolveAttachments, { refs, hasPrivateKey: true, format: 'x509', ...parts });

  it('mean ids, or labels that one alone has, and each destination once', async () => {
    const place = await world.destination({ label: 'web' });
    const { destinations } = await resolve([{ id: place.id }, { name: 'web' }]);
    expect(destinations.map(({ id }) => id)).toEqual([place.id]);
    expect(destinations[0]?.sourceTwin).toEqual({ slug: 'shelf-source', options: { shelf: expect.any(String) } });
  });

  it('are refused where nobody, or several, are meant, each where it stands', async () => {
    await world.destination({ label: 'twin' });
    await world.destination({ label: 'twin' });
    await expect(resolve([{ name: 'twin' }, { name: 'nowhere' }, { id: 999_999 }])).rejects.toMatchObject({
      code: 'invalid_argument',
      fields: [
        { path: 'destinations.0', message: expect.stringContaining('2 destinations have the label "twin"') },
        { path: 'destinations.1', message: expect.stringContaining('no destination has the label "nowhere"') },
        { path: 'destinations.2', message: expect.stringContaining('999999 does not exist') },
      ],
    });
  });

  it('are refused where the key is wanted and not here, and for certificates that are not X.509', async () => {
    const place = await world.destination();
    const keyless = await world.destination({ slug: 'keyless-destination' });
    const refs = [{ id: keyless.id }, { id: place.id }];
    await expect(resolve(refs, { hasPrivateKey: false })).rejects.toMatchObject({ fields: [{ path: 'destinations.1', message: expect.stringContaining('needs the private key') }] });
    await expect(resolve(refs, { format: 'openssh' })).rejects.toMatchObject({ fields: [{ path: 'destinations.0' }, { path: 'destinations.1' }] });
  });
});

describe('attaching', () => {
  it('uploads once, tells of it, and keeps the history', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    const taken: TakenMeasurement[] = [];
    const close = openOutlet({ take: (measurement) => void taken.push(measurement), room: () => Promise.resolve() });
    const detail = await world.deploy(certificate, place);
    expect(detail).toMatchObject({ certificateId: certificate.id, destinationLabel: place.label, wanted: 'deployed', fingerprint: certificate.fingerprintSha256, externalId: certificate.name, lastError: null, nextTryAt: null, attempts: 1 });
    expect(detail.history.map(({ what }) => what)).toEqual(['requested', 'uploading', 'uploaded', 'deployed']);
    expect(place.shelf.uploads).toMatchObject([{ name: certificate.name, fingerprint: certificate.fingerprintSha256, replaces: [] }]);
    expect(place.shelf.uploads[0]?.key).toBe(certificate.path.privateKeyPkcs8Der.toString('base64'));
    await world.events.waitFor(({ type, data }) => type.endsWith('deployment.succeeded') && Object(data).id === detail.id);
    await waitUntil(() => taken.some(({ name }) => name === 'destination_upload'));
    close();
    expect(taken.find(({ name }) => name === 'destination_upload')?.tags).toEqual({ status: 'success', destination: place.label, certificate: certificate.name });
    expect(await world.attach(certificate, place)).toEqual([detail.id]);
    expect((await world.get(detail.id)).history).toHaveLength(4);
  });

  it('brings no key where the plugin wants none', async () => {
    const [place, certificate] = [await world.destination({ slug: 'keyless-destination' }), await world.certificate({ hasKey: false })];
    await world.deploy(certificate, place);
    expect(place.shelf.uploads[0]?.key).toBeNull();
  });

  it('brings the key to a plugin that takes it where there is one', async () => {
    const place = await world.destination({ slug: 'key-taking-destination' });
    const [certificate, without] = [await world.certificate(), await world.certificate({ hasKey: false })];
    for (const each of [certificate, without]) await world.deploy(each, place);
    expect(place.shelf.uploads.map(({ key }) => key)).toEqual([certificate.path.privateKeyPkcs8Der.toString('base64'), null]);
  });

  it('is for those who may change the certificate', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate({ userId: 1 })];
    const attach = (principal: ReturnType<typeof aPrincipal>) => call('gateway', attachDestinations, { certificateId: certificate.id, destinationIds: [place.id] }, { principal });
    await expect(attach(aPrincipal({ roles: [] }))).rejects.toMatchObject({ code: 'permission_denied' });
    expect((await attach(aPrincipal({ roles: [{ id: 7, name: 'team' }] }))).deployments).toHaveLength(1);
  });

  it('is refused for what is not there, revoked, or without its key', async () => {
    const place = await world.destination();
    await expect(world.attach({ id: 5 }, place)).rejects.toMatchObject({ code: 'not_found' });
    await expect(world.attach(await world.certificate(), { id: 999_999 })).rejects.toMatchObject({ code: 'not_found' });
    await expect(world.attach(await world.certificate({ status: 'revoked' }), place)).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('is revoked') });
    await expect(world.attach(await world.certificate({ hasKey: false }), place)).rejects.toMatchObject({ code: 'failed_precondition', fields: [{ path: 'destinations.0', message: expect.stringContaining('needs the private key') }] });
    expect((await list({ destinationId: place.id })).total).toBe(0);
  });

  it('of an expired certificate uploads nothing, and says so', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate({ notAfter: '2026-01-01T00:00:00.000Z' })];
    const detail = await world.deploy(certificate, place, 'failed');
    expect(detail).toMatchObject({ note: expect.stringContaining('expired on 2026-01-01'), lastError: null, nextTryAt: null });
    expect(detail.history.at(-1)?.what).toBe('skipped');
    expect(place.shelf.uploads).toEqual([]);
    expect(world.told('failed', detail.id)).toEqual([]);
  });

  it('puts it in the place of those that it replaces, also over several', async () => {
    const place = await world.destination({ slot: 'front' });
    const first = await world.certificate();
    const second = await world.certificate({ replaces: [first.id] });
    const third = await world.certificate({ replaces: [second.id] });
    const before = await world.deploy(first, place);
    await world.deploy(third, place);
    expect(place.shelf.uploads.at(-1)?.replaces).toEqual([expect.objectContaining({ fingerprint: first.fingerprintSha256, externalId: 'front' })]);
    expect(await world.get(before.id)).toMatchObject({ state: 'removed', wanted: 'removed', note: expect.stringContaining(`certificate ${third.id} took its place`) });
    expect(place.shelf.calls).not.toContain('remove');
    await waitUntil(() => world.told('removed', before.id).length === 1);
  });
});

describe('the destinations of a certificate', () => {
  it('are those that were set last: what is left out is cleaned', async () => {
    const [one, two, certificate] = [await world.destination(), await world.destination(), await world.certificate()];
    const first = await world.deploy(certificate, one);
    const { deployments } = await set(certificate, [two]);
    expect(deployments.map(({ destinationId, wanted }) => [destinationId, wanted])).toEqual([[one.id, 'removed'], [two.id, 'deployed']]);
    const gone = await world.becomes(first.id, 'removed');
    expect(gone.history.map(({ what }) => what)).toEqual(['requested', 'uploading', 'uploaded', 'deployed', 'removal_requested', 'removed']);
    expect(one.shelf.held.size).toBe(0);
    await waitUntil(() => two.shelf.held.size === 1);
    await expect(set(certificate, [], aPrincipal({ userId: 3, roles: [] }))).rejects.toMatchObject({ code: 'permission_denied' });
    const found = await call('gateway', findAttachments, { certificateIds: [certificate.id] });
    expect(found.attachments).toEqual([{ certificateId: certificate.id, destinationId: two.id, state: expect.any(String) }]);
    expect(found.destinations.map(({ label }) => label)).toEqual([two.label]);
  });

  it('keep what the plugin cannot remove, and say so', async () => {
    const [place, certificate] = [await world.destination({ can: 'nothing' }), await world.certificate()];
    const { id } = await world.deploy(certificate, place);
    await set(certificate, []);
    expect(await world.becomes(id, 'removed')).toMatchObject({ note: expect.stringContaining('cannot remove certificates') });
    expect(place.shelf.held.size).toBe(1);
  });

  it('may get it again after it was taken away; an event that comes late does not do that', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    const { id } = await world.deploy(certificate, place);
    await set(certificate, []);
    await world.becomes(id, 'removed');
    const other = await world.destination();
    await world.tell('issuer', certificateDestinationsRequested, { ...factsOf(certificate), destinationIds: [place.id, other.id, 999_999] });
    await waitUntil(() => other.shelf.held.size === 1);
    expect(await world.get(id)).toMatchObject({ state: 'removed' });
    await world.attach(certificate, place);
    expect(await world.becomes(id, 'deployed')).toMatchObject({ wanted: 'deployed', removedAt: null });
  });

  it('lose it when it is revoked', async () => {
    const [one, two, certificate] = [await world.destination(), await world.destination(), await world.certificate()];
    const ids = await world.attach(certificate, one, two);
    for (const id of ids) await world.becomes(id, 'deployed');
    world.change(certificate, { status: 'revoked' });
    await world.tell('issuer', certificateRevoked, { ...factsOf(certificate), crlReason: 'keyCompromise', revokedAt: new Date().toISOString() });
    for (const id of ids) await world.becomes(id, 'removed');
    expect([one.shelf.held.size, two.shelf.held.size]).toEqual([0, 0]);
    await expect(call('gateway', retryDeployment, { id: ids[0] ?? 0 }, { principal: admin })).rejects.toMatchObject({ code: 'failed_precondition' });
  });
});

describe('what a source of the same label finds', () => {
  it('is deployed there without an upload, and let go without a removal', async () => {
    const [place, certificate] = [await world.destination({ label: 'shared' }), await world.certificate()];
    const sightings = { sourceId: 3, label: 'shared', certificateIds: [certificate.id] };
    await world.tell('discovery', certificatesSighted, sightings);
    const { id } = await waitUntil(async () => (await list({ destinationId: place.id })).items[0]);
    expect(await world.get(id)).toMatchObject({ state: 'deployed', note: expect.stringContaining('source "shared"') });
    await world.events.waitFor(({ type, data }) => type.endsWith('deployment.succeeded') && Object(data).id === id && Object(data).isAdopted === true);
    await world.tell('discovery', certificatesMissed, { ...sightings, isSourceDeleted: true });
    await world.tell('discovery', certificatesMissed, sightings);
    expect(await world.becomes(id, 'removed')).toMatchObject({ note: expect.stringContaining('does not find it') });
    await world.tell('discovery', certificatesSighted, sightings);
    await world.becomes(id, 'deployed');
    expect(place.shelf.calls).toEqual([]);
  });

  it('is what was said last, in whatever order it is heard', async () => {
    const [place, early, late] = [await world.destination({ label: 'ordered' }), await world.certificate(), await world.certificate()];
    const said = (contract: typeof certificatesSighted | typeof certificatesMissed, second: number, { id }: { id: number }) =>
      world.tell('discovery', contract, { sourceId: 4, label: 'ordered', certificateIds: [id] }, new Date(Date.UTC(2026, 0, 1, 0, 0, second)));
    // Found and lost, found, lost and found again: the middle one of each comes last.
    await said(certificatesMissed, 2, early);
    await said(certificatesSighted, 3, late);
    await waitUntil(async () => (await list({ destinationId: place.id })).items.length === 1);
    const seen = () => world.platform.database('deploy').query<{ certificate_id: number }>(`select certificate_id from last_sighting where label = 'ordered'`);
    await waitUntil(async () => (await seen()).length === 2);
    await said(certificatesSighted, 1, early);
    await said(certificatesMissed, 2, late);
    // Events of a kind are heard in their order.
    const last = await world.certificate();
    await said(certificatesSighted, 4, last);
    await waitUntil(async () => (await list({ certificateId: last.id })).items[0]?.state === 'deployed');
    await said(certificatesMissed, 5, last);
    await waitUntil(async () => (await list({ certificateId: last.id })).items[0]?.state === 'removed');
    expect((await list({ destinationId: place.id, state: 'deployed' })).items.map(({ certificateId }) => certificateId)).toEqual([late.id]);
  });
});

describe('deployments', () => {
  it('are listed by certificate, destination and state, page by page, and counted', async () => {
    const [place, other] = [await world.destination({ label: 'counted' }), await world.destination()];
    const certificates = [await world.certificate(), await world.certificate(), await world.certificate()];
    for (const certificate of certificates) await world.deploy(certificate, place);
    await world.deploy(certificates[0] ?? { id: 0 }, other);
    expect((await list({ destinationId: place.id })).items.map(({ certificateId }) => certificateId)).toEqual(certificates.map(({ id }) => id));
    expect((await list({ certificateId: certificates[0]?.id ?? 0, state: 'deployed' })).total).toBe(2);
    const window = { offset: 0, limit: 2, sortBy: 'updatedAt', sortDir: 'desc' as const };
    const page = await list({ destinationId: place.id, window });
    const rest = await list({ destinationId: place.id, window: { ...window, cursor: page.nextCursor } });
    expect([...page.items, ...rest.items].map(({ certificateId }) => certificateId)).toEqual(certificates.map(({ id }) => id).reverse());
    const { labels, values } = await call('gateway', destinationStats, {});
    expect(values[labels.indexOf('counted')]).toBe(3);
    await expect(world.get(999_999)).rejects.toMatchObject({ code: 'not_found' });
  });
});
