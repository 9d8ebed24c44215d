import { afterEach, describe, expect, it } from '@jest/globals';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { currentTraceId, currentTraceparent, injectTrace, inSpan, isTracing, withTrace } from './index.js';
import { registerTracer } from './trace.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

let unregister: () => void = () => undefined;
afterEach(() => unregister());

function recording(service = 'issuer') {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  unregister = registerTracer(service, provider.getTracer('test'));
  return exporter;
}

describe('a trace without recording', () => {
  it('exists within a server span, and nowhere else', async () => {
    expect(currentTraceId()).toBeNull();
    await inSpan('work', { kind: 'server' }, async () => expect(currentTraceId()).toMatch(/^[0-9a-f]{32}$/));
    await inSpan('work', {}, async () => expect(currentTraceId()).toBeNull());
    expect(isTracing()).toBe(false);
  });

  it('is taken from headers and handed on', () => {
    const carrier = withTrace({ traceparent }, () => injectTrace({}));

    expect(carrier).toEqual({ traceparent });
  });

  it.each([
    '',
    'nonsense',
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-${traceId.toUpperCase()}-b7ad6b7169203331-01`,
    `01-${traceId}-b7ad6b7169203331-01`,
  ])('begins anew for the header "%s"', (header) => {
    withTrace({ traceparent: header }, () => {
      expect(currentTraceId()).toMatch(/^[0-9a-f]{32}$/);
      expect(currentTraceId()).not.toBe(traceId);
    });
  });
});

describe('a recorded trace', () => {
  it('links spans to their parents across headers', async () => {
    const exporter = recording();
    await withTrace({ traceparent }, () =>
      inSpan('outer', { kind: 'server' }, () =>
        inSpan('inner', { kind: 'client', attributes: { a: 1 } }, () => Promise.resolve(currentTraceparent())),
      ),
    );
    const [inner, outer] = exporter.getFinishedSpans();

    expect(outer?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(inner?.spanContext().traceId).toBe(traceId);
    expect(inner?.attributes).toEqual({ a: 1 });
  });

  it('marks what failed, without the message, which might hold a secret', async () => {
    const exporter = recording();
    await inSpan('work', {}, () => Promise.reject(new TypeError('opensesame'))).catch(() => undefined);

    expect(exporter.getFinishedSpans()[0]?.status).toEqual({ code: 2, message: 'TypeError' });
  });
});
