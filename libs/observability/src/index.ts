export { createLogger, type Logger, type LoggerOptions } from './logger.js';
export { nestLogger } from './nest-logger.js';
export { redactFields, redactText } from './redact.js';
export {
  currentTraceId,
  currentTraceparent,
  inSpan,
  injectTrace,
  isTracing,
  withTrace,
  type SpanOptions,
  type TraceCarrier,
} from './trace.js';
export { counter, gauge, histogram, metricsText, observe, type Counter, type Gauge, type Histogram } from './metrics.js';
export { startProcessMetrics } from './process-metrics.js';
export { startTelemetry, type Telemetry } from './telemetry.js';
export { measure } from './measure/measure.js';
export { ExpirationMeasurements, type MeasuredCertificate } from './measure/expirations.js';
export { openOutlet, type MeasurementOutlet, type TakenMeasurement } from './measure/measurement-outlet.js';
export type { MetricName, TagValue } from './measure/catalogue.js';
export { metricsReference, type OwnMetric } from './measure/metrics-reference.js';
