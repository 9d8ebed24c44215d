import { ValueType, type Attributes } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';

type Labels<L extends string> = Readonly<Record<L, string>>;

export interface Counter<L extends string> {
  add(value: number, labels: Labels<L>): void;
}
export interface Histogram<L extends string> {
  record(value: number, labels: Labels<L>): void;
}
export interface Gauge<L extends string> {
  set(value: number, labels: Labels<L>): void;
}

/** Seconds from 0.5 ms to 30 s: a local query to the slowest certificate authority that is waited for. */
const secondsBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** One label set more than this per metric is counted under `otel_metric_overflow`: a label must never hold user input. */
const seriesLimit = 2_000;

class PullReader extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

// One registry per process, as Prometheus scrapes processes; services that share one tell themselves apart by label.
const reader = new PullReader({ cardinalitySelector: () => seriesLimit });
const meter = new MeterProvider({ readers: [reader] }).getMeter('sifaka');
const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);

/** A count that only grows. Prometheus appends `_total` to the name. */
export function counter<const L extends string = never>(name: string, help: string, _labels: readonly L[] = []): Counter<L> {
  const instrument = meter.createCounter(name, { description: help });
  return { add: (value, labels) => instrument.add(value, labels) };
}

/** Durations in seconds, unless other bucket bounds are given. */
export function histogram<const L extends string = never>(
  name: string,
  help: string,
  _labels: readonly L[] = [],
  buckets: readonly number[] = secondsBuckets,
): Histogram<L> {
  const instrument = meter.createHistogram(name, { description: help, advice: { explicitBucketBoundaries: [...buckets] } });
  return { record: (value, labels) => instrument.record(value, labels) };
}

export function gauge<const L extends string = never>(name: string, help: string, _labels: readonly L[] = []): Gauge<L> {
  const instrument = meter.createGauge(name, { description: help, valueType: ValueType.DOUBLE });
  return { set: (value, labels) => instrument.record(value, labels) };
}

/** A value that is asked for when metrics are read; returns a function that ends the asking. */
export function observe(name: string, help: string, read: () => Iterable<{ value: number; labels?: Attributes }>): () => void {
  const instrument = meter.createObservableGauge(name, { description: help });
  const callback = (result: { observe(value: number, labels?: Attributes): void }) => {
    for (const { value, labels } of read()) result.observe(value, labels);
  };
  instrument.addCallback(callback);
  return () => instrument.removeCallback(callback);
}

/** All metrics of the process in Prometheus' text format. */
export async function metricsText(): Promise<string> {
  return serializer.serialize(await collectMetrics());
}

/** All metrics of the process as OpenTelemetry data. */
export async function collectMetrics(): Promise<ResourceMetrics> {
  return (await reader.collect()).resourceMetrics;
}
