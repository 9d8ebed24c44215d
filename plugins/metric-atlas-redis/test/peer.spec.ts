import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithPeers, startRedis, type RedisServer } from '@sifaka/peers';
import { describeMetricSink, loopbackOutbound, testContext, type MetricSinkSubject } from '@sifaka/plugin-sdk/conformance';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import atlasRedis from '../src/index.js';

const Element = z.strictObject({
  value: z.union([z.number(), z.literal('NaN')]),
  type: z.enum(['COUNTER', 'GAUGE', 'TIMER']),
  name: z.string().min(1),
  tags: z.record(z.string(), z.string()),
  timestamp: z.int(),
});
const types = { COUNTER: 'counter', GAUGE: 'gauge', TIMER: 'timer' } as const;

describeWithPeers(['redis'], 'a Redis server', () => {
  let redis: RedisServer;
  const options: { name: string; value: unknown }[] = [];

  beforeAll(async () => {
    redis = await startRedis({ password: 'right password' });
    options.push({ name: 'redis_host', value: redis.host }, { name: 'redis_port', value: redis.port }, { name: 'redis_password', value: redis.password });
  });
  afterAll(() => redis.stop());

  const subject: MetricSinkSubject = {
    plugin: atlasRedis,
    options,
    arrived: async (name) => {
      const elements = (await redis.list('atlas-agent')).map((text) => Element.parse(JSON.parse(text)));
      return elements.filter((element) => element.name === name).map(({ type, value, tags, timestamp }) => ({ name, type: types[type], value: Number(value), tags, at: new Date(timestamp) }));
    },
    at: ({ host, port }) => [{ name: 'redis_host', value: host }, { name: 'redis_port', value: port }],
    speaks: 'tcp',
    wrongCredentials: [{ name: 'redis_password', value: 'wrong-password-of-the-test' }],
    takesNan: true,
  };
  describeMetricSink(subject);

  describe('whose list', () => {
    const sinkOf = () => atlasRedis.create(parsePluginOptions(atlasRedis, options), testContext({ outbound: loopbackOutbound() }));

    it('gets one element for each measurement, with the time in UTC', async () => {
      await redis.command('DEL', 'atlas-agent');
      const sink = sinkOf();
      const at = new Date('2026-11-22T10:00:00.250Z');
      await sink.submit([
        { name: 'login', type: 'counter', value: 2, tags: { status: 'failure' }, at },
        { name: 'response_time', type: 'timer', value: 12.5, tags: {}, at },
      ]);
      await sink.close?.();

      expect(await redis.list('atlas-agent')).toEqual([
        '{"value":2,"type":"COUNTER","name":"login","tags":{"status":"failure"},"timestamp":1795341600250}',
        '{"value":12.5,"type":"TIMER","name":"response_time","tags":{},"timestamp":1795341600250}',
      ]);
    });

    it('is something else is named as a fault of the server', async () => {
      await redis.command('DEL', 'atlas-agent');
      await redis.command('SET', 'atlas-agent', 'no list');
      const sink = sinkOf();
      const submitted = sink.submit([{ name: 'login', type: 'counter', value: 1, tags: {}, at: new Date() }]);
      await expect(submitted).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('WRONGTYPE') });
      await redis.command('DEL', 'atlas-agent');
      await sink.submit([{ name: 'login', type: 'counter', value: 1, tags: {}, at: new Date() }]);
      await sink.close?.();
      expect(await redis.list('atlas-agent')).toHaveLength(1);
    });

    it('outlives a connection that was cut between two seconds', async () => {
      const sink = sinkOf();
      const measurement = { name: 'after_a_cut', type: 'counter', value: 1, tags: {}, at: new Date() } as const;
      await sink.submit([measurement]);
      await redis.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      // What was under way may be lost; what comes after it is not.
      await sink.submit([measurement]).catch(() => undefined);
      await sink.submit([measurement]);
      await sink.close?.();
      expect((await redis.list('atlas-agent')).filter((text) => text.includes('after_a_cut')).length).toBeGreaterThanOrEqual(2);
    });
  });
});
