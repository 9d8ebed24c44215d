import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { waitUntil } from '@sifaka/testing';
import { RotationWorld, stepsOf } from './a-rotation-world.js';
import { fronts } from './discovery-stand-in.js';

let world: RotationWorld;
beforeAll(async () => (world = await RotationWorld.start()), 60_000);
afterAll(() => world.stop());
afterEach(() => fronts.clear());

const refuse = (error: AppError) => () => {
  throw error;
};
const away = new AppError('unavailable', 'the source is away');
const forbidden = new AppError('permission_denied', 'the source may not change load balancers');
/** As long as a fault says, for questions and changes in one direction. */
const pointing = (to: { id: number }, error: AppError) => (input: unknown) => {
  if (Object(input).to.certificateId === to.id) throw error;
};

describe('a fault of pointing', () => {
  it('that may pass is tried again later, with its words, until it works', async () => {
    const { front } = await world.scene();
    fronts.gates.set('point', refuse(away));
    const { id } = await world.rotate(front);
    expect(await world.becomes(id, 'failed')).toMatchObject({ lastError: 'the source is away', nextTryAt: expect.any(String), finishedAt: null, attempts: 1 });
    expect(await world.rotate(front)).toMatchObject({ id });
    fronts.gates.clear();
    await world.makeDue(id);
    expect(await world.ended(id, 'succeeded')).toMatchObject({ attempts: 2, lastError: null });
    await waitUntil(() => world.told('failed', id).length > 0);
    expect(world.told('failed', id)).toMatchObject([{ error: 'the source is away', nextTryAt: expect.any(String) }]);
  });

  it('that cannot pass leaves the old one, which is asked for', async () => {
    const { old, made, front } = await world.scene();
    fronts.gates.set('point', pointing(made, forbidden));
    const record = await world.ended((await world.rotate(front)).id, 'failed');
    expect(stepsOf(record)).toEqual(['deploy done', 'point failed', 'verify skipped', 'undo done']);
    expect(record).toMatchObject({ nextTryAt: null, lastError: expect.stringContaining('may not change load balancers') });
    expect(record.lastError).toContain(`"${old.name}" is presented again`);
    expect(front.record.certificateId).toBe(old.id);
    expect(fronts.callsAt(front)).not.toContain('confirm');
  });

  it('that forbids the way back as well does no harm where nothing was changed', async () => {
    const { front } = await world.scene();
    fronts.gates.set('point', refuse(forbidden));
    expect(stepsOf(await world.ended((await world.rotate(front)).id, 'failed'))).toContain('undo done');
  });

  it('whose answer is lost is repeated, and changes nothing twice', async () => {
    const { made, front } = await world.scene();
    fronts.lost.set('point', refuse(new AppError('upstream_timeout', 'no answer')));
    const { id } = await world.rotate(front);
    await world.becomes(id, 'failed');
    expect(front.presents).toBe(made.id);
    fronts.lost.clear();
    await world.makeDue(id);
    await world.ended(id, 'succeeded');
  });

  it('because the endpoint is gone ends it', async () => {
    const { front } = await world.scene();
    fronts.gates.set('point', () => void fronts.all.delete(front.record.id));
    expect(await world.ended((await world.rotate(front)).id, 'failed')).toMatchObject({ lastError: expect.stringContaining('does not exist') });
  });
});

describe('an endpoint that does not present the new one', () => {
  it('is waited for, as slow ones need it', async () => {
    const { made, front } = await world.scene();
    front.isStubborn = true;
    const { id } = await world.rotate(front);
    await world.becomes(id, 'running', ({ lastError }) => lastError?.includes('source says it presents') === true);
    front.presents = made.id;
    await world.ended(id, 'succeeded');
  });

  it('when the time is over is pointed back at the old one', async () => {
    const { old, made, front } = await world.scene();
    const other = await world.base.certificate();
    fronts.lost.set('point', () => {
      if (front.presents === made.id) front.presents = other.id;
    });
    const { id } = await world.rotate(front);
    await world.becomes(id, 'running', ({ steps }) => steps[1]?.state === 'done');
    await world.makeDue(id);
    const record = await world.ended(id, 'failed');
    expect(stepsOf(record)).toEqual(['deploy done', 'point done', 'verify failed', 'undo done']);
    expect(fronts.pointed.map(({ from, to }) => [from.certificateId, to.certificateId])).toEqual([[old.id, made.id], [made.id, old.id]]);
    expect(front.presents).toBe(old.id);
    expect(fronts.callsAt(front)).not.toContain('confirm');
  });

  it('counts as rotated where it is not to be asked', async () => {
    const { made, front } = await world.scene();
    front.isStubborn = true;
    expect(stepsOf(await world.ended((await world.rotate(front, { verifies: false })).id, 'succeeded'))).toEqual(['deploy done', 'point done']);
    expect(front.record.certificateId).toBe(made.id);
    expect(fronts.callsAt(front)).toEqual(['point', 'confirm']);
  });

  it('has the old one put to the store again where the new one took its place there', async () => {
    const { old, made, place, front } = await world.scene({}, { slot: 'arn:same' });
    front.isStubborn = true;
    front.presents = null;
    const { id } = await world.rotate(front);
    await world.becomes(id, 'running', ({ steps }) => steps[1]?.state === 'done');
    await world.makeDue(id);
    await waitUntil(() => place.shelf.uploads.length === 3);
    front.presents = old.id;
    expect(stepsOf(await world.ended(id, 'failed'))).toContain('undo done');
    expect(place.shelf.uploads.map(({ name }) => name)).toEqual([old.name, made.name, old.name]);
  });
});

describe('an old certificate that cannot be put back', () => {
  it('is said so: what is presented is not what it was', async () => {
    const { old, made, front } = await world.scene();
    const other = await world.base.certificate();
    fronts.gates.set('point', pointing(old, forbidden));
    fronts.lost.set('point', () => void (front.presents = other.id));
    const { id } = await world.rotate(front);
    await world.becomes(id, 'running', ({ steps }) => steps[1]?.state === 'done');
    await world.makeDue(id);
    const record = await world.ended(id, 'failed');
    expect(stepsOf(record)).toEqual(['deploy done', 'point done', 'verify failed', 'undo failed']);
    expect(record.lastError).toContain(`does not present "${made.name}"`);
    expect(record.lastError).toContain('could not be put back: the source may not change load balancers');
    const audit = await world.sql().query<{ details: object }>(`select details from audit_entry where action = 'rotation.failed' and object_id = $1`, [String(id)]);
    expect(audit).toMatchObject([{ details: { error: expect.stringContaining('could not be put back') } }]);
  });

  it('is tried again while that may pass', async () => {
    const { old, made, front } = await world.scene();
    const other = await world.base.certificate();
    fronts.gates.set('point', pointing(old, away));
    fronts.lost.set('point', () => {
      if (front.presents === made.id) front.presents = other.id;
    });
    const { id } = await world.rotate(front);
    await world.becomes(id, 'running', ({ steps }) => steps[1]?.state === 'done');
    await world.makeDue(id);
    expect(await world.becomes(id, 'failed')).toMatchObject({ nextTryAt: expect.any(String), finishedAt: null, lastError: expect.stringContaining('could not be put back') });
    fronts.gates.clear();
    await world.makeDue(id);
    expect(stepsOf(await world.ended(id, 'failed'))).toContain('undo done');
    expect(front.presents).toBe(old.id);
  });
});

describe('a deployment that fails', () => {
  it('is waited for while it is tried again; the endpoint is not touched', async () => {
    const { place, front } = await world.scene();
    place.shelf.faults.set('upload', new AppError('upstream_failed', 'the disk is full'));
    const { id } = await world.rotate(front);
    await world.becomes(id, 'running', ({ lastError }) => lastError?.includes('the disk is full') === true);
    expect(fronts.callsAt(front)).toEqual([]);
    place.shelf.faults.clear();
    const [row] = await world.sql().query<{ deployment_id: number }>('select deployment_id from rotation where id = $1', [id]);
    await world.base.makeDue(row?.deployment_id ?? 0);
    await world.ended(id, 'succeeded');
  });

  it('for good ends the rotation before the endpoint is touched', async () => {
    const { place, front } = await world.scene();
    place.shelf.faults.set('upload', new AppError('failed_precondition', 'quota exceeded'));
    const record = await world.ended((await world.rotate(front)).id, 'failed');
    expect(stepsOf(record)).toEqual(['deploy failed', 'point skipped', 'verify skipped']);
    expect(fronts.callsAt(front)).toEqual([]);
  });
});

describe('a removal that fails', () => {
  it('leaves the old one there, and the rotation has succeeded', async () => {
    const { old } = await world.pair();
    await world.base.destination({ store: 'found' });
    fronts.gates.set('removeFromSource', refuse(forbidden));
    const record = await world.ended((await world.rotate(fronts.add([old.id], { store: 'found' }), { removesOld: true })).id, 'succeeded');
    expect(record.steps.at(-1)).toMatchObject({ state: 'skipped', error: 'it stays there: the source may not change load balancers' });
  });
});

describe('after a crash', () => {
  it.each([
    ['deploy', ['point', 'ask', 'confirm']],
    ['point', ['point', 'ask', 'confirm']],
    ['verify', ['ask', 'confirm']],
    ['confirm', ['confirm']],
    ['remove', []],
  ])('in %s it goes on from there', async (phase, calls) => {
    const { made, place, front } = await world.scene();
    const { id } = await world.rotate(front, { removesOld: true });
    await world.ended(id, 'succeeded');
    fronts.calls.length = 0;
    await world.crashed(id, phase);
    await world.ended(id, 'succeeded');
    expect(fronts.callsAt(front)).toEqual(calls);
    expect(front).toMatchObject({ presents: made.id, record: { certificateId: made.id } });
    expect(place.shelf.uploads).toHaveLength(2);
  });

  it('in undo the old one is put back', async () => {
    const { old, front } = await world.scene();
    const { id } = await world.rotate(front);
    await world.ended(id, 'succeeded');
    await world.crashed(id, 'undo');
    await world.ended(id, 'failed');
    expect(front.presents).toBe(old.id);
  });

  it('of the whole service in the middle of pointing, it is pointed again', async () => {
    const { made, front } = await world.scene();
    let isFirst = true;
    fronts.gates.set('point', () => {
      if (!isFirst) return Promise.resolve();
      isFirst = false;
      return new Promise<void>(() => undefined);
    });
    const { id } = await world.rotate(front);
    await waitUntil(() => fronts.callsAt(front).includes('point'));
    const restarted = world.base.platform.restart('deploy');
    await waitUntil(async () => (await world.sql().query('update rotation_lease set until = now() where endpoint_id = $1 returning holder', [front.record.id])).length === 1);
    await restarted;
    await world.sql().query('delete from rotation_lease where endpoint_id = $1', [front.record.id]);
    await world.makeDue(id);
    await world.ended(id, 'succeeded');
    expect(front.presents).toBe(made.id);
    expect(fronts.callsAt(front).filter((what) => what === 'point')).toHaveLength(2);
  }, 40_000);
});

describe('two replicas', () => {
  it('share the work, one at a time at each endpoint; who was thought dead changes nothing', async () => {
    await world.base.platform.replicate('deploy');
    const { front, made } = await world.scene();
    let count = 0;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    fronts.gates.set('point', () => ((count += 1) === 1 ? held : Promise.resolve()));
    const { id } = await world.rotate(front);
    await waitUntil(() => count === 1);
    for (let time = 0; time < 3; time++) await world.makeDue(id);
    expect(count).toBe(1);
    await world.sql().query('update rotation_lease set until = now() where endpoint_id = $1', [front.record.id]);
    await world.makeDue(id);
    await world.ended(id, 'succeeded');
    const before = await world.get(id);
    release();
    await waitUntil(() => fronts.pointed.length === 2);
    expect(await world.get(id)).toEqual(before);
    expect(front.presents).toBe(made.id);
  });
});
