import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { loopbackOutbound, startStandIn, testContext, type StandIn } from '@sifaka/plugin-sdk/conformance';
import influxdb from '../src/index.js';

const at = new Date('2026-11-22T10:00:00Z');
const login = { name: 'login', type: 'counter', value: 1, tags: { status: 'success' }, at } as const;

/** As https://docs.influxdata.com/influxdb/v2/api/v2/#operation/PostWrite describes it. */
describe('the API of InfluxDB 2', () => {
  let server: StandIn;
  beforeAll(async () => {
    server = await startStandIn(({ method, path, headers, query }) => {
      if (method !== 'POST' || path !== '/api/v2/write') return { status: 404, body: { code: 'not found', message: 'path not found' } };
      if (headers.authorization !== 'Token right-token') return { status: 401, body: { code: 'unauthorized', message: 'unauthorized access' } };
      if (query.get('bucket') !== 'metrics') return { status: 404, body: { code: 'not found', message: `bucket "${query.get('bucket') ?? ''}" not found` } };
      return { status: 204 };
    });
  });
  afterAll(() => server.stop());

  const sinkWith = (more: { name: string; value: unknown }[]) => {
    const given = new Set(more.map(({ name }) => name));
    const options = [{ name: 'url', value: server.url }, { name: 'org', value: 'example' }, { name: 'bucket', value: 'metrics' }, { name: 'token', value: 'right-token' }].filter(({ name }) => !given.has(name));
    return influxdb.create(parsePluginOptions(influxdb, [...options, ...more]), testContext({ outbound: loopbackOutbound() }));
  };

  it('gets points for a bucket, with a token', async () => {
    await sinkWith([]).submit([login]);

    const request = server.requests.at(-1);
    expect(Object.fromEntries(request?.query ?? [])).toEqual({ org: 'example', bucket: 'metrics', precision: 'ns' });
    expect(request?.text).toMatch(/^login,metric_type=counter,status=success value=1 1795341600000\d{6}$/);
  });

  it('is proven before it is used', async () => {
    await expect(sinkWith([]).check?.()).resolves.toBeUndefined();
    await expect(sinkWith([{ name: 'bucket', value: 'others' }]).check?.()).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('bucket "others" not found') });
  });

  it('says that a token is wrong, and does not show it', async () => {
    const submitted = sinkWith([{ name: 'token', value: 'wrong-token' }]).submit([login]);
    await expect(submitted).rejects.toMatchObject({ code: 'permission_denied', message: expect.not.stringContaining('wrong-token') });
  });
});

describe('options of InfluxDB', () => {
  it.each([
    ['a database and a bucket', [{ name: 'database', value: 'a' }, { name: 'bucket', value: 'b' }, { name: 'token', value: 'c' }], 'not both'],
    ['a bucket without a token', [{ name: 'bucket', value: 'b' }], 'needs a token'],
  ])('are refused with %s', (_what, options, words) => {
    expect(() => parsePluginOptions(influxdb, options)).toThrow(words);
  });
});
