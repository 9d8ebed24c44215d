import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deleteDestination } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { waitUntil } from '@sifaka/testing';
import { aDeployService, admin, aDestination, type DeployPlatform } from './a-deploy-service.js';
import { memoryPlace } from './memory-destination.js';

let deploy: DeployPlatform;
beforeAll(async () => (deploy = await aDeployService()), 60_000);
afterAll(() => deploy.stop());
beforeEach(() => memoryPlace.reset());

let challenges = 0;
const aToken = (destination: string) => {
  const challengeId = (challenges += 1);
  return { challengeId, destination, path: `.well-known/acme-challenge/token-${challengeId}`, content: `token-${challengeId}.thumbprint` };
};
const without = ({ content: _content, ...token }: ReturnType<typeof aToken>) => token;
const told = (type: string, challengeId: number) => deploy.events.heard.filter(({ event }) => event.type === `sifaka.v1.challenge_token.${type}` && Object(event.data).challengeId === challengeId);
const hears = (type: string, challengeId: number) => waitUntil(() => told(type, challengeId)[0]?.event, { what: `${type} of ${challengeId}` });
const sql = () => deploy.platform.database('deploy');
const stateOf = async (challengeId: number) => (await sql().query<{ state: string }>('select state from challenge_token where challenge_id = $1', [challengeId]))[0]?.state;
const becomes = (challengeId: number, state: string) => waitUntil(async () => (await stateOf(challengeId)) === state, { what: `${challengeId} to be ${state}` });
const makeDue = (challengeId: number) => sql().query('update challenge_token set next_try_at = now() where challenge_id = $1', [challengeId]);

describe('tokens of challenges', () => {
  it('are put to the destination of the id or label, and taken away again', async () => {
    const place = await aDestination(deploy, { label: 'web-1' });
    for (const destination of ['web-1', String(place.id)]) {
      const token = aToken(destination);
      await deploy.tellUpload(token);
      await hears('uploaded', token.challengeId);
      expect(memoryPlace.files.get(token.path)).toBe(token.content);
      await deploy.tellRemoval(without(token));
      await becomes(token.challengeId, 'removed');
      expect(memoryPlace.files.size).toBe(0);
    }
  });

  it('are put again when that is asked again', async () => {
    await aDestination(deploy, { label: 'again' });
    const token = aToken('again');
    for (const count of [1, 2]) {
      await deploy.tellUpload(token);
      await waitUntil(() => told('uploaded', token.challengeId).length === count);
    }
    expect(memoryPlace.files.size).toBe(1);
  });

  it.each([
    ['that is away', new AppError('unavailable', 'nobody there'), true],
    ['that refuses', new AppError('permission_denied', 'not you'), false],
    ['that takes too long', new AppError('upstream_timeout', 'slow'), true],
  ])('come to nothing at a destination %s, which is said at once', async (_title, fault, isRetryable) => {
    const place = await aDestination(deploy);
    const token = aToken(place.label);
    memoryPlace.faults.set('uploadToken', fault);
    await deploy.tellUpload(token);
    expect((await hears('failed', token.challengeId)).data).toEqual({ challengeId: token.challengeId, error: `destination "${place.label}": ${fault.message}`, isRetryable });
    memoryPlace.reset();
    await deploy.tellUpload(token);
    await hears('uploaded', token.challengeId);
  });

  it('are refused where no destination, several, or one that serves none is meant', async () => {
    const twins = [await aDestination(deploy, { label: 'twins' }), await aDestination(deploy, { label: 'twins' })];
    await aDestination(deploy, { label: 'plain', slug: 'plain-destination', options: [] });
    const cases: [string, string][] = [['nowhere', 'does not exist'], ['twins', `the ids ${twins.map(({ id }) => id).join(', ')}`], ['plain', 'cannot serve tokens']];
    for (const [destination, words] of cases) {
      const token = aToken(destination);
      await deploy.tellUpload(token);
      expect((await hears('failed', token.challengeId)).data).toMatchObject({ error: expect.stringContaining(words), isRetryable: false });
    }
  });

  it('are removed later when that fails at first, and as often as it takes', async () => {
    await aDestination(deploy, { label: 'stubborn' });
    const token = aToken('stubborn');
    await deploy.tellUpload(token);
    await hears('uploaded', token.challengeId);
    memoryPlace.faults.set('removeToken', new AppError('unavailable', 'away'));
    await deploy.tellRemoval(without(token));
    await waitUntil(async () => (await sql().query('select from challenge_token where challenge_id = $1 and attempts = 1 and last_error = $2', [token.challengeId, 'away'])).length === 1);
    await makeDue(token.challengeId);
    await deploy.clean();
    expect(await stateOf(token.challengeId)).toBe('removing');
    memoryPlace.faults.clear();
    await makeDue(token.challengeId);
    await deploy.clean();
    expect(await stateOf(token.challengeId)).toBe('removed');
    expect(memoryPlace.files.size).toBe(0);
  });

  it('that were given up are not put any more, in whatever order it is heard', async () => {
    await aDestination(deploy, { label: 'late' });
    const token = aToken('late');
    await deploy.tellRemoval(without(token));
    await becomes(token.challengeId, 'removed');
    await deploy.tellUpload(token);
    const next = aToken('late');
    await deploy.tellUpload(next);
    await hears('uploaded', next.challengeId);
    expect([...memoryPlace.files.keys()]).toEqual([next.path]);
    expect(told('uploaded', token.challengeId)).toEqual([]);
  });

  it('that arrive after they were given up are taken away again', async () => {
    await aDestination(deploy, { label: 'slow' });
    const token = aToken('slow');
    let open: () => void = () => undefined;
    memoryPlace.gate = () => new Promise((resolve) => (open = resolve));
    await deploy.tellUpload(token);
    await waitUntil(() => memoryPlace.calls.includes('uploadToken'));
    await deploy.tellRemoval(without(token));
    await waitUntil(() => memoryPlace.calls.includes('removeToken'));
    await becomes(token.challengeId, 'removing');
    open();
    await waitUntil(() => memoryPlace.files.size === 1);
    await waitUntil(async () => (await sql().query('select from challenge_token where challenge_id = $1 and upload_started_at is null', [token.challengeId])).length === 1);
    await deploy.clean();
    expect(await stateOf(token.challengeId)).toBe('removed');
    expect(memoryPlace.files.size).toBe(0);
    expect(told('uploaded', token.challengeId)).toEqual([]);
  });

  it('of an upload that ended in a crash are removed with the order, or after two days', async () => {
    const place = await aDestination(deploy, { label: 'crashed' });
    const [given, forgotten] = [aToken('crashed'), aToken('crashed')];
    for (const { challengeId, path, content } of [given, forgotten]) {
      memoryPlace.files.set(path, content);
      await sql().query(
        `insert into challenge_token (challenge_id, destination_id, path, state, upload_started_at, updated_at) values ($1, $2, $3, 'uploading', now() - interval '3 minutes', now() - interval '49 hours')`,
        [challengeId, place.id, path],
      );
    }
    await deploy.tellRemoval(without(given));
    await becomes(given.challengeId, 'removed');
    await deploy.clean();
    expect(await stateOf(forgotten.challengeId)).toBe('removed');
    expect(memoryPlace.files.size).toBe(0);
  });

  it('keep their destination from being deleted while somebody waits for them, unless that is forced', async () => {
    const { id } = await aDestination(deploy, { label: 'needed' });
    const token = aToken('needed');
    await deploy.tellUpload(token);
    await hears('uploaded', token.challengeId);
    const remove = (isForced: boolean) => deploy.platform.call('gateway', deleteDestination, { id, isForced }, { principal: admin });
    await expect(remove(false)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('orders wait for 1 of them') });
    expect(memoryPlace.files.size).toBe(1);
    expect(await remove(true)).toEqual({ isDeleted: true });
    expect(memoryPlace.files.size).toBe(0);
    await deploy.tellRemoval(without(token));
    await becomes(token.challengeId, 'removed');
  });
});
