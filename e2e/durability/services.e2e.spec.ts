import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTwoTierPki, waitUntil, type Client, type Json } from '../harness/index.js';
import { describeWithPeers, usePlatform } from '../harness/suite.js';
import { halves, lostOf, sound, ungathered } from './evidence.js';
import { processesOf, Replacement } from './service-process.js';
import { Stream } from './stream.js';
import { Storm } from './storm.js';

/** Replacements stop before the platform does, as its own processes would. */
function useReplacements(): (pid: number | undefined) => Replacement {
  const made: Replacement[] = [];
  afterAll(async () => {
    await Promise.all(made.map((replacement) => replacement.stop()));
  });
  return (pid) => {
    const replacement = new Replacement(pid ?? 0);
    made.push(replacement);
    return replacement;
  };
}

describeWithPeers(['openssl'], 'services apart', () => {
  describe('one replica each', () => {
    const replacementOf = useReplacements();
    const platform = usePlatform({ mode: 'services' });

    it.each(['issuer-svc', 'keyvault-svc'])(
      'survive kill -9 of %s under load',
      async (app) => {
        const client = await platform().admin();
        const { issuing } = await createTwoTierPki(client);
        const victim = replacementOf(processesOf(platform(), app)[0]);
        const storm = new Storm(client, issuing, 200);
        await waitUntil('answers', () => storm.answered >= 40, 60_000);
        await victim.end('SIGKILL');
        await storm.over();
        const statuses = new Set(storm.attempts.map(({ status }) => status));
        expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);

        await victim.start();
        await waitUntil('the service to answer again', async () => (await new Storm(client, issuing, 1).statuses())[0] === 200, 20_000);
        expect(await lostOf(client, storm.acknowledged)).toEqual([]);
        expect(await halves(platform())).toEqual(sound);
        await waitUntil('the common log to have every entry', async () => (await ungathered(platform())) === 0, 30_000);
      },
      180_000,
    );
  });

  describe('two replicas each', () => {
    const replacementOf = useReplacements();
    const platform = usePlatform({ mode: 'services', env: { SIFAKA_REPLICAS: '2' } });
    let client: Client;
    let issuing: Json;
    beforeAll(async () => {
      client = await platform().admin();
      ({ issuing } = await createTwoTierPki(client));
    });

    it.each(['issuer-svc', 'keyvault-svc'])(
      'lose no request when %s is renewed one replica after the other',
      async (app) => {
        const stream = new Stream(client, issuing, 12);
        for (const pid of processesOf(platform(), app)) {
          const before = stream.answered;
          await waitUntil('load', () => stream.answered > before + 50, 30_000);
          const replica = replacementOf(pid);
          await replica.end('SIGTERM');
          await replica.start();
        }
        const { statuses } = await stream.end();
        expect(statuses).toEqual({ 200: stream.answered });
        expect(stream.answered).toBeGreaterThan(100);
        expect(await halves(platform())).toEqual(sound);
      },
      120_000,
    );
  });
});
