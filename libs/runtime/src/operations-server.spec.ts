import { afterEach, describe, expect, it } from '@jest/globals';
import { startOperationsServer } from './operations-server.js';
import type { Listening } from './listen.js';

const servers: Listening[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function statusOf(path: string, servesMetrics: boolean): Promise<number> {
  const readiness = () => Promise.resolve({ isReady: true, checks: {} });
  const server = await startOperationsServer({ host: '127.0.0.1', port: 0, readiness, servesMetrics });
  servers.push(server);
  return (await fetch(`http://127.0.0.1:${server.port}${path}`)).status;
}

describe('the operations server of a service that shares its process', () => {
  it('leaves the metrics to one service, so that nothing is counted twice, and keeps its own probes', async () => {
    expect([await statusOf('/metrics', true), await statusOf('/metrics', false), await statusOf('/metrics?x=1', false)]).toEqual([200, 404, 404]);
    expect([await statusOf('/livez', false), await statusOf('/readyz', false)]).toEqual([200, 200]);
  });
});
