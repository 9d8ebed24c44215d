import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { isNativeError } from 'node:util/types';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
  type Attributes,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';

/** Text headers that carry the W3C trace context (`traceparent`). */
export type TraceCarrier = Record<string, string | undefined>;

export interface SpanOptions {
  kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  attributes?: Attributes;
}

interface TraceState {
  spanContext: SpanContext;
  /** Whose spans these are: several services may share the process. */
  service: string | undefined;
}

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

const store = new AsyncLocalStorage<TraceState>();
const tracers = new Map<string, Tracer>();
const silent = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: TraceFlags.NONE });

/** Called by {@link startTelemetry}: from now on the spans of this service are recorded. */
export function registerTracer(service: string, tracer: Tracer): () => void {
  tracers.set(service, tracer);
  return () => {
    if (tracers.get(service) === tracer) tracers.delete(service);
  };
}

/** True when spans are recorded at all; building expensive attributes is worth it only then. */
export function isTracing(): boolean {
  return tracers.size > 0;
}

/** The id under which this request appears in traces and logs, or null outside of a request. */
export function currentTraceId(): string | null {
  return store.getStore()?.spanContext.traceId ?? null;
}

/** Writes the trace context of the work in progress into headers. */
export function injectTrace<C extends TraceCarrier>(carrier: C): C {
  const traceparent = currentTraceparent();
  return traceparent === undefined ? carrier : Object.assign(carrier, { traceparent });
}

/** The `traceparent` header of the work in progress, see W3C Trace Context §3.2. */
export function currentTraceparent(): string | undefined {
  const state = store.getStore();
  if (state === undefined) return undefined;
  const { traceId, spanId, traceFlags } = state.spanContext;
  return `00-${traceId}-${spanId}-${(traceFlags & 1) === 0 ? '00' : '01'}`;
}

const traceparentForm = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Runs `fn` within the trace that the headers name, or within a new one when they name none or a malformed one. */
export function withTrace<T>(carrier: TraceCarrier, fn: () => T, options: { service?: string } = {}): T {
  return store.run({ spanContext: parse(carrier.traceparent) ?? newTrace(), service: options.service }, fn);
}

/** Runs `fn` as one span. Costs next to nothing while nothing is recorded, but a server or consumer span still opens a trace. */
export function inSpan<T>(name: string, options: SpanOptions, fn: (span: Span) => Promise<T>): Promise<T> {
  const state = store.getStore();
  const tracer = tracers.size === 0 ? undefined : tracerOf(state);
  if (tracer !== undefined) return record(tracer, name, options, state, fn);
  if (state !== undefined) return fn(silent);
  if (options.kind !== 'server' && options.kind !== 'consumer') return fn(silent);
  return store.run({ spanContext: newTrace(), service: undefined }, () => fn(silent));
}

async function record<T>(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  state: TraceState | undefined,
  fn: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = state === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, state.spanContext);
  const span = tracer.startSpan(name, { kind: kinds[options.kind ?? 'internal'], attributes: options.attributes ?? {} }, parent);
  try {
    return await store.run({ spanContext: span.spanContext(), service: state?.service }, () => fn(span));
  } catch (error) {
    // The name alone: messages of foreign errors may quote what must not leave the process.
    span.setStatus({ code: SpanStatusCode.ERROR, message: isNativeError(error) ? error.name : 'error' });
    throw error;
  } finally {
    span.end();
  }
}

function tracerOf(state: TraceState | undefined): Tracer | undefined {
  const own = state?.service === undefined ? undefined : tracers.get(state.service);
  return own ?? tracers.values().next().value;
}

function parse(header: string | undefined): SpanContext | undefined {
  const match = header === undefined ? null : traceparentForm.exec(header);
  const [, traceId = '', spanId = '', flags = ''] = match ?? [];
  if (match === null || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

/** 122 random bits each: `randomUUID` draws from a pool and is the cheapest source here. */
function newTrace(): SpanContext {
  return {
    traceId: randomUUID().replaceAll('-', ''),
    spanId: randomUUID().replaceAll('-', '').slice(0, 16),
    traceFlags: TraceFlags.SAMPLED,
  };
}
