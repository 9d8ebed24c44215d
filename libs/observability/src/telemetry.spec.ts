import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { counter, inSpan, startTelemetry } from './index.js';

describe('telemetry', () => {
  const received: { path: string; body: string }[] = [];
  const collector = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      received.push({ path: request.url ?? '', body });
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  let otlpEndpoint = '';

  beforeAll(async () => {
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const address = collector.address();
    otlpEndpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  });
  afterAll(() => {
    collector.close();
  });

  it('sends spans and metrics to the collector, at the latest when it is shut down', async () => {
    const telemetry = startTelemetry({ service: 'issuer', otlpEndpoint });
    await inSpan('some work', { kind: 'server' }, () => Promise.resolve());
    counter('test_sent', 'Sent').add(1, {});
    await telemetry.shutdown();

    expect(received.find(({ path }) => path === '/v1/traces')?.body).toContain('some work');
    expect(received.find(({ path }) => path === '/v1/metrics')?.body).toContain('test_sent');
    expect(received[0]?.body).toContain('issuer');
  });

  it('does nothing without an endpoint', async () => {
    await expect(startTelemetry({ service: 'issuer' }).shutdown()).resolves.toBeUndefined();
  });
});
