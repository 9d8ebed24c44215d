import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { listRotations, retryRotation } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { aPrincipal, waitUntil } from '@sifaka/testing';
import { admin } from './a-deploy-service.js';
import { RotationWorld, stepsOf } from './a-rotation-world.js';
import { fronts } from './discovery-stand-in.js';

let world: RotationWorld;
beforeAll(async () => (world = await RotationWorld.start()), 60_000);
afterAll(() => world.stop());
afterEach(() => fronts.clear());

const owner = aPrincipal({ roles: [{ id: 7, name: 'owner@example.test' }] });

describe('an endpoint of a source', () => {
  it('is pointed at what replaced its certificate, after that was put to the store, and asked', async () => {
    const { old, made, place, front } = await world.scene();
    const { id } = await world.rotate(front);
    const record = await world.ended(id, 'succeeded');
    expect(stepsOf(record)).toEqual(['deploy done', 'point done', 'verify done']);
    expect(record).toMatchObject({ oldCertificate: { id: old.id, name: old.name }, newCertificate: { id: made.id }, attempts: 1, lastError: null, nextTryAt: null, userId: 1 });
    expect(fronts.pointed).toEqual([
      { id: front.record.id, from: { certificateId: old.id, name: old.name, externalId: old.name, fingerprint: old.fingerprintSha256 }, to: { certificateId: made.id, name: made.name, externalId: made.name, fingerprint: made.fingerprintSha256 } },
    ]);
    expect(fronts.callsAt(front)).toEqual(['point', 'ask', 'confirm']);
    expect([...place.shelf.held.keys()]).toEqual([old.name, made.name]);
    await world.events.waitFor(({ type, data }) => type.endsWith('rotation.succeeded') && Object(data).id === id);
    expect(world.told('requested', id)).toMatchObject([{ endpointId: front.record.id, oldCertificateId: old.id, newCertificateId: made.id }]);
    const audit = await world.sql().query<{ action: string; actor: { kind: string } }>(`select action, actor from audit_entry where object_type = 'rotation' and object_id = $1 order by at`, [String(id)]);
    expect(audit.map(({ action }) => action)).toEqual(['rotation.requested', 'rotation.succeeded']);
  });

  it('gets the new one beside the old one, which others of its store keep', async () => {
    const { old, made, place, front, store } = await world.scene();
    const other = fronts.add([old.id], { store });
    await world.ended((await world.rotate(front)).id, 'succeeded');
    expect(place.shelf.uploads.at(-1)).toMatchObject({ name: made.name, replaces: [] });
    expect([...place.shelf.held.keys()]).toEqual([old.name, made.name]);
    expect(other.record.certificates).toMatchObject([{ certificateId: old.id }]);
  });

  it('loses the old certificate where that is asked for and nothing else uses it', async () => {
    const { old, made, place, front } = await world.scene();
    const record = await world.ended((await world.rotate(front, { removesOld: true })).id, 'succeeded');
    expect(stepsOf(record)).toEqual(['deploy done', 'point done', 'verify done', 'remove done']);
    await waitUntil(() => !place.shelf.held.has(old.name));
    expect([...place.shelf.held.keys()]).toEqual([made.name]);
  });

  it('keeps the old one where another endpoint presents it; the last one takes it away', async () => {
    const { old, place, front, store } = await world.scene();
    const other = fronts.add([old.id], { store, sourceId: 8, active: false });
    const first = await world.ended((await world.rotate(front, { removesOld: true })).id, 'succeeded');
    expect(first.steps.at(-1)).toMatchObject({ name: 'remove', state: 'skipped', error: expect.stringContaining(`still presented by ${other.record.name}`) });
    expect(place.shelf.held.has(old.name)).toBe(true);
    other.record.active = true;
    await world.ended((await world.rotate(other, { removesOld: true })).id, 'succeeded');
    await waitUntil(() => !place.shelf.held.has(old.name));
  });

  it('has it removed by the source where no destination put it there', async () => {
    const { old, made } = await world.pair();
    const place = await world.base.destination({ store: 'found' });
    const front = fronts.add([old.id], { store: 'found' });
    await world.ended((await world.rotate(front, { removesOld: true })).id, 'succeeded');
    expect(fronts.removed).toEqual([old.name]);
    expect([...place.shelf.held.keys()]).toEqual([made.name]);
  });

  it('that presents several which are replaced has one rotation for each, one after the other', async () => {
    const { old, made, front, store } = await world.scene();
    const second = await world.pair();
    front.record.certificates.push({ certificateId: second.old.id, isDefault: false });
    const { rotations } = await world.ask({ target: { endpointIds: [front.record.id] } });
    expect(rotations.map(({ oldCertificate, newCertificate }) => [oldCertificate?.id, newCertificate.id])).toEqual([[old.id, made.id], [second.old.id, second.made.id]]);
    for (const { id } of rotations) await world.ended(id ?? 0, 'succeeded');
    expect(fronts.most).toBe(1);
    expect(front.record).toMatchObject({ store, certificates: [{ certificateId: made.id, isDefault: true }, { certificateId: second.made.id, isDefault: false }] });
  });

  it('whose store gives the new one the place of the old is pointed at it by its fingerprint', async () => {
    const { old, made, front } = await world.scene({}, { slot: 'arn:same' });
    const record = await world.ended((await world.rotate(front, { removesOld: true })).id, 'succeeded');
    expect(fronts.pointed).toMatchObject([{ from: { externalId: null, fingerprint: old.fingerprintSha256 }, to: { externalId: 'arn:same', fingerprint: made.fingerprintSha256 } }]);
    expect(record.steps.at(-1)).toMatchObject({ state: 'skipped', error: 'the new one took its place there' });
  });
});

describe('the destination of a rotation by source', () => {
  const chosen = async (made: { id: number }) => (await world.base.platform.database('deploy').query<{ destination_id: number }>('select destination_id from deployment where certificate_id = $1', [made.id])).map((row) => row.destination_id);

  it('is where the new one is wanted, else where the old one is, else the one of the label of the source, else the first', async () => {
    const store = 'many';
    const places = [await world.base.destination({ store }), await world.base.destination({ store, label: 'cloud' }), await world.base.destination({ store }), await world.base.destination({ store })];
    const [first, labelled, ofOld, ofNew] = places.map(({ id }) => ({ id }));
    if (first === undefined || labelled === undefined || ofOld === undefined || ofNew === undefined) throw new Error('four');
    const turn = async (attached: { old?: { id: number }; made?: { id: number } }, sourceLabel = 'cloud') => {
      const { old, made } = await world.pair();
      if (attached.old !== undefined) await world.base.deploy(old, attached.old);
      if (attached.made !== undefined) await world.base.deploy(made, attached.made);
      await world.ended((await world.rotate(fronts.add([old.id], { store, sourceLabel }))).id, 'succeeded');
      return chosen(made);
    };
    expect(await turn({ old: ofOld, made: ofNew })).toEqual([ofNew.id]);
    expect(await turn({ old: ofOld })).toEqual([ofOld.id]);
    expect(await turn({})).toEqual([labelled.id]);
    expect(await turn({}, 'elsewhere')).toEqual([first.id]);
  });
});

describe('an endpoint of a destination', () => {
  it('gets the new one in place, proven by the deployment', async () => {
    const { old, made } = await world.pair();
    const place = await world.base.destination({ can: 'remove rollback settle endpoints', isServing: true, slot: 'front' });
    const before = await world.base.deploy(old, place);
    const front = fronts.add([old.id], { rotatesBy: 'destination', destinationId: place.id, sourceId: null, sourceLabel: null, store: null });
    fronts.gates.set('ask', () => void (front.presents = place.shelf.window === null ? null : made.id));
    const record = await world.ended((await world.rotate(front, { removesOld: true })).id, 'succeeded');
    expect(stepsOf(record)).toEqual(['deploy done', 'verify done', 'remove skipped']);
    expect(fronts.callsAt(front)).not.toContain('point');
    expect(await world.base.get(before.id)).toMatchObject({ state: 'removed', note: expect.stringContaining('took its place') });
  });

  it('does not get the key of the new one where the old one is not deployed, whatever it presents', async () => {
    const { old, made } = await world.pair();
    const elsewhere = await world.base.destination({});
    await world.base.deploy(old, elsewhere);
    const place = await world.base.destination({});
    const front = fronts.add([old.id], { rotatesBy: 'destination', destinationId: place.id, sourceId: null, sourceLabel: null, store: null });
    const answers = [await world.ask({ target: { certificateId: old.id } }), await world.ask({ target: { allDue: true } }), await world.ask({ target: { endpointIds: [front.record.id] }, newCertificate: { id: made.id } })];
    for (const { rotations, refused } of answers) {
      expect(rotations).toEqual([]);
      expect(refused).toMatchObject([{ endpointId: front.record.id, reason: expect.stringContaining(`certificate "${old.name}", which it presents, is not deployed to destination "${place.label}"`) }]);
    }
    const detached = await world.base.deploy(old, place);
    await world.sql().query(`update deployment set wanted = 'removed' where id = $1`, [detached.id]);
    expect((await world.ask({ target: { endpointIds: [front.record.id] } })).rotations).toEqual([]);
    expect(place.shelf.uploads.map(({ name }) => name)).toEqual([old.name]);
  });

  it('keeps the old one when the new one is not served there', async () => {
    const { old } = await world.pair();
    const place = await world.base.destination({ can: 'remove rollback settle endpoints', isServing: true, slot: 'front' });
    await world.base.deploy(old, place);
    place.shelf.breaksHalfWay = true;
    const front = fronts.add([old.id], { rotatesBy: 'destination', destinationId: place.id, sourceId: null, store: null });
    const record = await world.ended((await world.rotate(front)).id, 'failed');
    expect(stepsOf(record)).toEqual(['deploy failed', 'verify skipped']);
    expect(record.lastError).toContain('what was served before is served again');
    expect(fronts.callsAt(front)).toEqual([]);
  });

  it('has the old one deployed again when another address than that of the deployment says otherwise', async () => {
    const { old, made } = await world.pair();
    const place = await world.base.destination({ slot: 'front' });
    await world.base.deploy(old, place);
    const front = fronts.add([old.id], { rotatesBy: 'destination', destinationId: place.id, sourceId: null, store: null });
    const { id } = await world.rotate(front);
    await world.becomes(id, 'running', ({ steps }) => steps[0]?.state === 'done');
    await world.makeDue(id);
    const record = await world.ended(id, 'failed');
    expect(stepsOf(record)).toEqual(['deploy done', 'verify failed', 'undo done']);
    expect([...place.shelf.held.values()].map(({ name }) => name)).toEqual([old.name]);
    expect(place.shelf.uploads.map(({ name }) => name)).toEqual([old.name, made.name, old.name]);
  });
});

describe('asking', () => {
  it('for a plan says the steps in words and writes nothing', async () => {
    const { old, made, place, front } = await world.scene();
    const { rotations } = await world.ask({ target: { endpointIds: [front.record.id] }, isDryRun: true, removesOld: true });
    expect(rotations).toMatchObject([{ id: null, state: 'planned', oldCertificate: { id: old.id }, newCertificate: { id: made.id }, removesOld: true }]);
    expect(rotations[0]?.steps.map(({ detail }) => detail)).toEqual([
      `put certificate "${made.name}" to destination "${place.label}"`,
      `have source "cloud" make "${front.record.name}" (${front.record.dnsname}:443) present "${made.name}" in place of "${old.name}"`,
      `ask "${front.record.name}" (${front.record.dnsname}:443) whether it presents "${made.name}"`,
      `take certificate "${old.name}" away where nothing else uses it`,
    ]);
    expect(await world.sql().query('select from rotation where endpoint_id = $1', [front.record.id])).toEqual([]);
  });

  it('again while it is under way answers with the same one; another certificate has to wait', async () => {
    const { old, front } = await world.scene();
    let open: () => void = () => undefined;
    fronts.gates.set('point', () => new Promise<void>((resolve) => (open = resolve)));
    const { id } = await world.rotate(front);
    await waitUntil(() => fronts.callsAt(front).includes('point'));
    const [again, twice] = await Promise.all([world.rotate(front), world.rotate(front)]);
    expect([again.id, twice.id]).toEqual([id, id]);
    const other = await world.base.certificate({ names: old.names });
    expect(await world.ask({ target: { endpointIds: [front.record.id] }, newCertificate: { id: other.id } })).toMatchObject({ rotations: [], refused: [{ reason: expect.stringContaining(`rotation ${id} to certificate`) }] });
    open();
    await world.ended(id, 'succeeded');
  });

  it('takes the end of the chain of replacements: the newest that may be presented', async () => {
    const { old, made, front } = await world.scene();
    const last = await world.base.certificate();
    const revoked = await world.base.certificate({ status: 'revoked' });
    world.base.change(made, { replacedBy: [last.id] });
    world.base.change(last, { replacedBy: [revoked.id] });
    const { rotations } = await world.ask({ target: { certificateId: old.id }, isDryRun: true });
    expect(rotations).toMatchObject([{ endpoint: { id: front.record.id }, newCertificate: { id: last.id } }]);
    for (const each of [made, last]) world.base.change(each, { isDeleted: true });
    expect(await world.ask({ target: { certificateId: old.id }, isDryRun: true })).toMatchObject({ rotations: [], refused: [{ reason: expect.stringContaining('is deleted') }] });
  });

  it('tells endpoints that cannot be rotated apart, each with its reason', async () => {
    const { old, made, front, store } = await world.scene();
    const keyless = await world.base.certificate({ hasKey: false });
    const valid = await world.base.certificate();
    const refused = async (certificateIds: number[], parts: Parameters<typeof fronts.add>[1], newCertificate: { id: number } | null = null) => {
      const { record } = fronts.add(certificateIds, { store, ...parts });
      return (await world.ask({ target: { endpointIds: [front.record.id, record.id] }, newCertificate, isDryRun: true })).refused.find(({ endpointId }) => endpointId === record.id)?.reason;
    };
    expect(await refused([old.id], { store: 'unknown' })).toContain('no destination fills the store that it serves from (unknown)');
    expect(await refused([old.id], { rotatesBy: null })).toContain('nothing changes what it presents');
    expect(await refused([old.id], { missingSince: new Date().toISOString() })).toContain('does not report it any more');
    expect(await refused([old.id], { rotatesBy: 'destination', destinationId: 999_999 })).toContain('does not exist any more');
    expect(await refused([valid.id], {})).toContain('was not replaced');
    expect(await refused([made.id], {}, { id: made.id })).toContain('presents certificate');
    expect(await refused([], {}, { id: made.id })).toContain('nobody knows what it presents');
    expect(await refused([old.id], {}, { id: keyless.id })).toContain('needs the private key');
    world.base.change(old, { names: ['www.shop.test'] });
    expect(await refused([old.id], { dnsname: 'www.shop.test' })).toContain('is not for www.shop.test, which');
    await expect(world.ask({ target: { endpointIds: [999_999] } })).rejects.toMatchObject({ code: 'not_found' });
    await expect(world.ask({ target: { certificateId: 999_999 } })).rejects.toMatchObject({ code: 'not_found' });
    await expect(world.ask({ target: {} })).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('needs the right to change both certificates, and for all that are due that of an administrator', async () => {
    const { made, front } = await world.scene();
    const target = { endpointIds: [front.record.id] };
    expect((await world.ask({ target, isDryRun: true }, owner)).rotations).toHaveLength(1);
    world.base.change(made, { roleIds: [8], userId: 9 });
    await expect(world.ask({ target, isDryRun: true }, owner)).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining(made.name) });
    await expect(world.ask({ target, newCertificate: { id: made.id } }, owner)).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(world.ask({ target: { allDue: true } }, owner)).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('for all that are due takes 300 at once, a few at a time, of one region or source', async () => {
    const { old, store } = await world.scene({ dnsname: 'other.us-east-1.elb.test' });
    for (let count = 0; count < 300; count++) fronts.add([old.id], { store });
    fronts.add([(await world.base.certificate()).id], { store });
    expect((await world.ask({ target: { allDue: true, region: 'us-east-1' }, isDryRun: true })).rotations).toHaveLength(1);
    expect((await world.ask({ target: { allDue: true, sourceId: 99 }, isDryRun: true })).rotations).toEqual([]);
    fronts.gates.set('point', () => new Promise((resolve) => void setTimeout(resolve, 5)));
    const { rotations, refused } = await world.ask({ target: { allDue: true, region: 'eu-west-1' } });
    expect(rotations).toHaveLength(300);
    expect(refused).toEqual([]);
    await waitUntil(async () => (await world.sql().query(`select from rotation where state = 'succeeded' and id = any($1)`, [rotations.map(({ id }) => id)])).length === 300, { timeoutMs: 60_000 });
    expect(fronts.most).toBeLessThanOrEqual(8);
    const page = await world.base.platform.call('gateway', listRotations, { window: { offset: 0, limit: 2, sortBy: null, sortDir: null }, endpointId: null, certificateId: old.id, state: 'succeeded', ids: null });
    expect(page.total).toBe(300);
    expect(page.items[0]?.id).toBeGreaterThan(page.items[1]?.id ?? Infinity);
  }, 90_000);
});

describe('retrying', () => {
  it('takes a failed one up again, as it would be planned now', async () => {
    const { made, place, front } = await world.scene();
    place.shelf.faults.set('upload', new AppError('permission_denied', 'not you'));
    const { id } = await world.rotate(front);
    expect(await world.ended(id, 'failed')).toMatchObject({ lastError: expect.stringContaining('not you'), nextTryAt: null });
    place.shelf.faults.clear();
    const retry = (principal = admin) => world.base.platform.call('gateway', retryRotation, { id }, { principal });
    world.base.change(made, { roleIds: [8], userId: 9 });
    await expect(retry(owner)).rejects.toMatchObject({ code: 'permission_denied' });
    expect(await retry()).toMatchObject({ id, state: 'pending', attempts: 0, lastError: null, finishedAt: null });
    expect(stepsOf(await world.ended(id, 'succeeded'))).toEqual(['deploy done', 'point done', 'verify done']);
    await expect(retry()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('has succeeded') });
    await expect(world.base.platform.call('gateway', retryRotation, { id: 999_999 }, { principal: admin })).rejects.toMatchObject({ code: 'not_found' });
  });
});
