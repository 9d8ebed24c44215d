import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, createCertificate, expectOk, Platform, waitUntil } from './harness/index.js';

interface Metric {
  name: string;
  type: string;
  value: number | 'NaN';
  tags: Record<string, string>;
  timestamp: number;
}

const startLimitMs = 150_000;

describe.each(['standalone', 'services'] as const)('a monitoring system that the platform (%s) sends its metrics to', (mode) => {
  const received: Metric[] = [];
  let sidecar: Server;
  let started: Platform | null = null;
  let platform: Platform;

  beforeAll(async () => {
    sidecar = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        const metrics: Metric[] = JSON.parse(text);
        if (request.method === 'POST' && request.url === '/metrics') received.push(...metrics);
        response.end();
      });
    });
    await new Promise<void>((resolve) => sidecar.listen(0, '127.0.0.1', resolve));
    const address = sidecar.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    started = platform = await Platform.start({
      mode,
      // A second one that is away changes nothing for the first.
      env: { METRIC_PROVIDERS: 'influxdb-metric,atlas-metric', ATLAS_SIDECAR_PORT: String(port), ATLAS_SIDECAR_HOST: '127.0.0.1', INFLUXDB_URL: 'http://127.0.0.1:9' },
    });
  }, startLimitMs);
  afterAll(async () => {
    await started?.dispose();
    sidecar.closeAllConnections();
    sidecar.close();
  });

  const named = (name: string) => received.filter((metric) => metric.name === name);
  const total = (name: string, tags: Record<string, string> = {}) =>
    named(name)
      .filter((metric) => Object.entries(tags).every(([tag, value]) => metric.tags[tag] === value))
      .reduce((sum, { value }) => sum + Number(value), 0);

  it('hears of each login once, and of the answers by their status', async () => {
    for (let attempt = 0; attempt < 3; attempt += 1) await platform.anonymous.post('/auth/login', { username: 'admin', password: 'wrong' });
    const client = await platform.admin();
    expectOk(await client.get('/certificates'));
    await client.get('/certificates/999999');

    // Sent after the others: what came twice would be there by then.
    await waitUntil('the metrics of all requests', () => total('login', { status: 'success' }) > 0 && total('status_code_404') > 0);
    expect(total('login', { status: 'failure' })).toBe(3);
    expect(total('login', { status: 'success' })).toBe(1);
    expect(named('login')[0]).toMatchObject({ type: 'COUNTER', tags: { status: expect.any(String) } });
    expect(total('status_code_200')).toBeGreaterThan(0);
    const [time] = named('response_time').filter(({ tags }) => tags.endpoint?.endsWith('/certificates'));
    expect(time).toMatchObject({ type: 'TIMER', tags: { request_method: 'GET', status_code: '200' } });
    expect(Math.abs((time?.timestamp ?? 0) - Date.now())).toBeLessThan(120_000);
  });

  it('hears of authorities and certificates with the tags of Lemur, which Prometheus is spared', async () => {
    const client = await platform.admin();
    const authority = await createAuthority(client, { name: `Metrics ${mode}` });
    await createCertificate(client, { authority: { id: authority.id }, commonName: 'metrics.corp.test' });
    await waitUntil('the metrics of the certificate', () => total('certificate_issued') > 0);

    expect(named('authority_created')).toMatchObject([{ type: 'COUNTER', value: 1, tags: { owner: 'pki@corp.test' } }]);
    expect(named('certificate_issued')).toMatchObject([{ type: 'COUNTER', value: 1, tags: { issuer: expect.any(String), owner: expect.any(String) } }]);
    const { text } = await platform.anonymous.send('GET', '/metrics');
    expect(text).toContain('login_total{status="failure"} 3');
    if (mode === 'standalone') expect(text).toMatch(/^certificate_issued_total\{issuer="[^"]+"\} 1$/m);
  });
});
