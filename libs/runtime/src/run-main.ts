import { isNativeError } from 'node:util/types';
import { AppError } from '@sifaka/kernel';
import { createLogger, redactText } from '@sifaka/observability';
import type { ServiceDefinition } from './define-service.js';
import { migrateSchema } from './open-schema.js';
import { startService, type RunningService } from './start-service.js';

/**
 * The whole of an app's `main.ts`: serves (default) or, with the argument `migrate`, brings the schema up to date and ends.
 *
 * SIGTERM and SIGINT drain and end with 0. A known fault prints one block on stderr that names cause and remedy, and ends with 1.
 */
export async function runMain(definition: ServiceDefinition, args: readonly string[] = process.argv.slice(2)): Promise<void> {
  try {
    const [command = 'serve', ...rest] = args;
    if (rest.length > 0 || (command !== 'serve' && command !== 'migrate')) {
      throw new AppError('invalid_argument', `unknown arguments "${args.join(' ')}": there are "serve" (default) and "migrate"`);
    }
    if (command === 'migrate') await migrateOnly(definition);
    else await serve(definition);
  } catch (error) {
    printFault(definition.name, error);
    process.exit(1);
  }
}

async function migrateOnly(definition: ServiceDefinition): Promise<void> {
  const { platform } = definition.load({});
  const logger = createLogger({ service: definition.name, level: platform.logLevel });
  const applied = await migrateSchema({ definition, platform, logger });
  if (applied.length === 0) logger.info('schema is up to date');
}

async function serve(definition: ServiceDefinition): Promise<void> {
  const abort = new AbortController();
  const starting = startService(definition, { signal: abort.signal });
  onStopSignals(async () => {
    abort.abort();
    const giveUp = endAfter(startingStopMs);
    const service = await starting.catch(() => undefined);
    clearTimeout(giveUp);
    if (service === undefined) return;
    endAfter(service.stopLimitMs + graceMs);
    await service.stop();
  });
  guardProcess(definition.name, await starting);
}

/** What still hangs this long after the limit of an orderly stop is cut off. */
const graceMs = 1_000;

/** A start that waits for the lock of another migrator does not hear that it shall end. */
const startingStopMs = 9_000;

function endAfter(limitMs: number): NodeJS.Timeout {
  return setTimeout(() => process.exit(1), limitMs).unref();
}

/** Runs `stop` on the first SIGTERM or SIGINT, then ends the process; a second signal ends it at once. `stop` has a limit of its own. */
export function onStopSignals(stop: () => Promise<void>): void {
  let isStopping = false;
  const handle = () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    void stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', handle);
  process.on('SIGINT', handle);
}

/** A promise nobody waits for that fails leaves an unknown state: it is logged, what is in flight is drained, the process ends. */
export function guardProcess(name: string, ...services: readonly RunningService[]): void {
  const logger = createLogger({ service: name });
  let isEnding = false;
  const end = (kind: string) => (error: unknown) => {
    logger.fatal({ err: error }, kind);
    if (isEnding) return;
    isEnding = true;
    endAfter(Math.max(...services.map((service) => service.stopLimitMs)) + graceMs);
    void Promise.allSettled(services.map((service) => service.stop())).then(() => process.exit(1));
  };
  process.on('uncaughtException', end('uncaught exception'));
  process.on('unhandledRejection', end('unhandled rejection'));
}

/** A start that failed, for whoever typed the command: our own faults in their words, anything else with its stack. */
export function printFault(name: string, error: unknown): void {
  const text = error instanceof AppError && error.code !== 'internal' ? error.message : stackOf(error);
  process.stderr.write(`${name}: ${redactText(text)}\n`);
}

function stackOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
