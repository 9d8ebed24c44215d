import type { Environment } from '@sifaka/config';
import type { EmbeddedServers } from './embedded-servers.js';
import { allServices } from './services.js';
import { startStandalone, type Standalone } from './standalone.js';

// The services' own limits add up to less; what still hangs after this is cut off, and recovers at the next start.
const stopLimitMs = 9_000;

/**
 * `npm start`: runs the platform until SIGINT or SIGTERM. A known fault is one line on standard error and exit code 1.
 *
 * The embedded servers end with this process, however it ends.
 */
export async function runStandalone(env: Environment, embedded: EmbeddedServers): Promise<void> {
  const asked = stopAsked();
  process.on('unhandledRejection', fail);
  process.on('uncaughtException', fail);

  const announce = (line: string) => process.stdout.write(`${line}\n`);
  const starting = startStandalone({ env, embedded, services: allServices, announce });
  try {
    const started = await Promise.race([starting, asked]);
    if (started !== null) await Promise.race([started.failure, asked]);
    await stopStarted(starting);
    process.exit(0);
  } catch (error) {
    fail(error);
  }
}

function stopAsked(): Promise<null> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        setTimeout(() => process.exit(1), stopLimitMs).unref();
        resolve(null);
      });
    }
  });
}

async function stopStarted(starting: Promise<Standalone>): Promise<void> {
  const started = await starting.catch(() => null);
  if (started !== null) await started.stop();
}

function fail(error: unknown): never {
  const isKnown = error instanceof Error && ['AppError', 'StartFault'].includes(error.name);
  const text = error instanceof Error ? (isKnown ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`sifaka: ${text}\n`);
  process.exit(1);
}
