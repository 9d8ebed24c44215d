import { expect, it } from '@jest/globals';
import { createTwoTierPki, waitUntil, type Client, type Json } from '../harness/index.js';
import { describeWithPeers, usePlatform } from '../harness/suite.js';
import { countNamed, halves, leftovers, lostOf, sound, ungathered } from './evidence.js';
import { send, Storm, type Attempt } from './storm.js';

const concurrent = 200;

describeWithPeers(['openssl'], 'kill -9 of everything during 200 concurrent creations', () => {
  // Certificates are stored within ten seconds or not at all, so that what a kill left over is swept up while the test waits.
  const platform = usePlatform({ env: { SIFAKA_ISSUE_LIMIT_SECONDS: '10' } });
  let issuing: Json = null;
  const repeated: Attempt[] = [];

  it.each([
    { moment: 'the first answer', answered: 1 },
    { moment: 'sixty answers', answered: 60 },
    { moment: 'nearly all answers', answered: 170 },
  ])(
    'after $moment loses nothing that was acknowledged and leaves nothing half there',
    async ({ answered }) => {
      const client = await platform().admin();
      issuing ??= (await createTwoTierPki(client)).issuing;
      const storm = new Storm(client, issuing, concurrent);
      await waitUntil('answers', () => storm.answered >= answered, 60_000);
      await platform().kill();
      await storm.over();

      await platform().start();
      const after = await platform().admin();
      expect(storm.acknowledged.length).toBeGreaterThanOrEqual(answered);
      expect(await lostOf(after, storm.acknowledged)).toEqual([]);
      expect(await halves(platform())).toEqual(sound);
      await waitUntil('the common log to have every entry', async () => (await ungathered(platform())) === 0, 30_000);

      const other = ({ body }: Attempt) => body.commonName !== 'same.storm.test';
      repeated.push(...storm.acknowledged.filter(other).slice(0, 5));
      repeated.push(...storm.attempts.filter((attempt) => attempt.status === null && other(attempt)).slice(0, 5));
    },
    240_000,
  );

  it('answers a repeated request with one certificate, whatever became of the first', async () => {
    const client = await platform().admin();
    const acknowledged = repeated.filter(({ status }) => status === 200);
    const first = acknowledged.map(({ answer }) => answer.id);
    for (const attempt of repeated) await sendUntilAnswered(client, attempt);
    expect(acknowledged.map(({ answer }) => answer.id)).toEqual(first);
    for (const { body } of repeated) expect(await countNamed(platform(), body.commonName)).toBe(1);
  }, 180_000);

  it('keeps no key that nobody uses, and every signature on record', async () => {
    const isClean = async () => {
      const { keys, signatures } = await leftovers(platform());
      return keys === 0 && signatures === 0;
    };
    await waitUntil('the comparison of key vault and inventory', isClean, 150_000);
    expect(await halves(platform())).toEqual(sound);
  }, 180_000);

  /** A request whose first attempt died counts as at work for a while (409, "ask again in a moment"). */
  async function sendUntilAnswered(client: Client, attempt: Attempt): Promise<void> {
    await waitUntil(
      'the repeated request to be answered',
      async () => {
        await send(client, attempt);
        return attempt.status !== 409;
      },
      100_000,
    );
    expect(attempt.status).toBe(200);
  }
});
