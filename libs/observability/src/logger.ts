import { pino, stdTimeFunctions, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { redactFields, redactText } from './redact.js';
import { currentTraceId } from './trace.js';

/** Structured log: `logger.info({ certificateId }, 'certificate issued')`. JSON lines with the service, the trace id and no secret. */
export type Logger = PinoLogger;

export interface LoggerOptions {
  /** Left out by a process that hosts several services: each then adds its own name with `child`. */
  service?: string;
  level?: string;
  /** Defaults to standard output. */
  destination?: DestinationStream;
}

export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: options.service === undefined ? {} : { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      // Errors go through redactFields as everything else: pino's own serializer would run before it.
      serializers: { err: (error: unknown) => error },
      mixin: traceFields,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      hooks: { streamWrite: redactText },
    },
    options.destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

function traceFields(): { traceId?: string } {
  const traceId = currentTraceId();
  return traceId === null ? {} : { traceId };
}
