import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { aGateway, type Gateway } from './a-gateway.js';

jest.setTimeout(60_000);

const Attributes = z.array(z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }) }));
const Span = z.object({ traceId: z.string(), spanId: z.string(), parentSpanId: z.string().optional(), name: z.string() });
const Traces = z.object({
  resourceSpans: z.array(
    z.object({ resource: z.object({ attributes: Attributes }), scopeSpans: z.array(z.object({ spans: z.array(Span) })) }),
  ),
});
type Recorded = z.output<typeof Span> & { service: string | undefined };

const spans: Recorded[] = [];

/** Keeps in memory what a collector would be sent. */
const collector = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/v1/traces') spans.push(...spansOf(Traces.parse(JSON.parse(Buffer.concat(chunks).toString()))));
    response.setHeader('content-type', 'application/json').end('{}');
  });
});

function spansOf({ resourceSpans }: z.output<typeof Traces>): Recorded[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue;
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service })));
  });
}

describe('one request', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  let gateway: Gateway;
  beforeAll(async () => {
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const address = collector.address();
    const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    gateway = await aGateway({ allEnv: { OTEL_EXPORTER_OTLP_ENDPOINT } });
  });
  afterAll(() => {
    collector.close();
  });

  it('is one trace from HTTP over the bus into the SQL of another service', async () => {
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    expect((await gateway.send('GET', '/tasks?service=issuer', { token: gateway.admin, headers })).status).toBe(200);
    await gateway.stop();

    const own = spans.filter((span) => span.traceId === traceId);
    const request = own.find(({ parentSpanId }) => parentSpanId === '00f067aa0ba902b7');
    const served = own.find(({ service, name }) => service === 'issuer' && name.startsWith('rpc.issuer.'));
    const query = own.find(({ service, name }) => service === 'issuer' && name.startsWith('sql '));
    expect(request).toMatchObject({ service: 'gateway', name: 'GET /api/1/tasks' });
    expect(query?.parentSpanId).toBe(served?.spanId);
    expect(ancestorsOf(served, own)).toContain(request?.spanId);
  });
});

function ancestorsOf(span: Recorded | undefined, all: readonly Recorded[]): string[] {
  const parent = all.find(({ spanId }) => spanId === span?.parentSpanId);
  return parent === undefined ? [] : [parent.spanId, ...ancestorsOf(parent, all)];
}
