import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { collectMetrics } from './metrics.js';
import { registerTracer } from './trace.js';

export interface Telemetry {
  /** Sends what is left and stops; waits at most two seconds for the collector. */
  shutdown(): Promise<void>;
}

const metricIntervalMs = 15_000;
const shutdownLimitMs = 2_000;

/** Sends traces and metrics of a service to an OpenTelemetry collector; does nothing without an endpoint. */
export function startTelemetry(options: { service: string; otlpEndpoint?: string | undefined }): Telemetry {
  if (options.otlpEndpoint === undefined) return { shutdown: () => Promise.resolve() };
  const base = options.otlpEndpoint.replace(/\/+$/, '');
  const resource = resourceFromAttributes({ 'service.name': options.service, 'service.namespace': 'sifaka' });

  const provider = new NodeTracerProvider({
    resource,
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${base}/v1/traces` }), { maxQueueSize: 8_192, maxExportBatchSize: 512 }),
    ],
  });
  const unregister = registerTracer(options.service, provider.getTracer('sifaka'));
  const metrics = pushMetrics(`${base}/v1/metrics`, resource);
  return {
    async shutdown() {
      unregister();
      // A collector that is gone must not hold up the end of the process.
      await Promise.race([
        Promise.allSettled([provider.shutdown(), metrics.shutdown()]),
        new Promise((resolve) => setTimeout(resolve, shutdownLimitMs).unref()),
      ]);
    },
  };
}

/** The registry belongs to the process: of several services in it, only the first sends the metrics. */
let isPushing = false;

function pushMetrics(url: string, resource: ReturnType<typeof resourceFromAttributes>): Telemetry {
  if (isPushing) return { shutdown: () => Promise.resolve() };
  isPushing = true;
  const exporter = new OTLPMetricExporter({ url });
  const push = async () => {
    const collected = await collectMetrics();
    await new Promise<void>((resolve) => exporter.export({ ...collected, resource }, () => resolve()));
  };
  const timer = setInterval(() => void push(), metricIntervalMs).unref();
  return {
    async shutdown() {
      clearInterval(timer);
      isPushing = false;
      await push();
      await exporter.shutdown();
    },
  };
}
