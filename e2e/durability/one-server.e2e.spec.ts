import { expect, it } from '@jest/globals';
import { certificateBody, createTwoTierPki, waitUntil, type Client, type Json } from '../harness/index.js';
import { describeWithPeers, usePlatform } from '../harness/suite.js';
import { halves, lostOf, sound } from './evidence.js';
import { serverOf } from './service-process.js';
import { Storm } from './storm.js';

/** Nobody waits longer than this to hear that something is away. */
const patienceMs = 5_000;

describeWithPeers(['openssl'], 'the platform, when one of its servers is killed', () => {
  const platform = usePlatform();

  const outcome = async (client: Client, authority: Json) => {
    const startedAt = performance.now();
    const { status, body } = await client.post('/certificates', certificateBody({ authority: { id: authority.id } }));
    return { status, message: body.message, elapsedMs: performance.now() - startedAt };
  };

  it.each(['postgres', 'nats-server'] as const)(
    'answers 503 at once while %s is away, goes on by itself, and has lost nothing',
    async (program) => {
      const client = await platform().admin();
      const { issuing } = await createTwoTierPki(client);
      const storm = new Storm(client, issuing, 100);
      await waitUntil('answers', () => storm.answered >= 30, 60_000);
      process.kill(serverOf(platform(), program), 'SIGKILL');
      await storm.over();
      expect([...new Set(storm.attempts.map(({ status }) => status))].filter((status) => status !== 200 && status !== 503)).toEqual([]);

      const outcomes: { status: number; elapsedMs: number }[] = [];
      const isBack = async () => {
        outcomes.push(await outcome(client, issuing));
        return outcomes.at(-1)?.status === 200;
      };
      await waitUntil('the platform to issue again', isBack, 30_000);
      expect(outcomes.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
      expect(Math.max(...outcomes.map(({ elapsedMs }) => elapsedMs))).toBeLessThan(patienceMs);
      expect(await lostOf(client, storm.acknowledged)).toEqual([]);
      expect(await halves(platform())).toEqual(sound);
    },
    120_000,
  );
});
