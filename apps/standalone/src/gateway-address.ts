import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@sifaka/kernel';
import { loadConfig, type Environment } from '@sifaka/config';
import type { ServiceDefinition } from '@sifaka/runtime';
import { serviceEnvironment } from './service-environment.js';

export interface GatewayAddress {
  host: string;
  port: number;
  url: string;
}

// Fourteen processes on two busy cores took 20 s to begin; each gives up by itself when what it needs is not there.
const healthLimitMs = 60_000;

/**
 * Where the gateway will listen. Reads the configuration of every service for that, and throws all its faults at once, before any server is started.
 */
export function gatewayAddress(services: readonly ServiceDefinition[], env: Environment): GatewayAddress {
  const definitions = services.map(({ config }) => config);
  const merged: Record<string, string> = {};
  for (const definition of definitions)
    Object.assign(merged, serviceEnvironment({ definition, env, fixed: notYetKnown, defaults: notYetMade }));
  const configs = loadConfig(definitions, { env: { ...merged, SIFAKA_CONFIG: env.SIFAKA_CONFIG } });
  const config = configs[services.findIndex(({ name }) => name === 'gateway')];
  const host: unknown = config === undefined ? undefined : Reflect.get(config, 'host');
  const port: unknown = config === undefined ? undefined : Reflect.get(config, 'port');
  if (typeof host !== 'string' || typeof port !== 'number')
    throw new AppError('internal', 'the configuration of the gateway has no host or no port');
  return { host, port, url: `http://${host.includes(':') ? `[${host}]` : host}:${port}` };
}

/** What the platform itself will set later: any valid value does to check the others. */
const notYetKnown = {
  DATABASE_URL: 'postgres://localhost/sifaka',
  NATS_URL: 'nats://localhost',
  SIFAKA_NATS_USER: undefined,
  SIFAKA_NATS_PASSWORD: undefined,
};
const notYetMade = {
  SIFAKA_MASTER_KEYS: Buffer.alloc(32, 1).toString('base64'),
  SIFAKA_TOKEN_SECRET: '-'.repeat(64),
  SIFAKA_CALLER_PRIVATE_KEY: '-',
  SIFAKA_CALLER_PUBLIC_KEY: '-',
};

/** Asked before anything is started: a database that was set up for nothing helps nobody. */
export async function checkPortIsFree({ host, port }: GatewayAddress): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    throw addressFault(error, host, port);
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function addressFault(error: unknown, host: string, port: number): AppError {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  const cause = { reason: 'standalone.address', cause: error };
  if (code === 'EADDRINUSE') {
    return new AppError(
      'failed_precondition',
      `port ${port} on ${host} is in use: stop the program that listens there, or set SIFAKA_PORT to a free port`,
      cause,
    );
  }
  if (code === 'EACCES') {
    return new AppError(
      'failed_precondition',
      `port ${port} on ${host} needs more rights than this user has: set SIFAKA_PORT to a port above 1023`,
      cause,
    );
  }
  return new AppError('failed_precondition', `${host} is no address of this machine (${String(code)}): correct SIFAKA_HOST`, cause);
}

/** Waits until the platform answers as its clients will ask. */
export async function awaitHealth({ url, host }: GatewayAddress): Promise<void> {
  const reachable = host === '0.0.0.0' ? url.replace('0.0.0.0', '127.0.0.1') : host === '::' ? url.replace('[::]', '[::1]') : url;
  const endAt = Date.now() + healthLimitMs;
  let last = 'no answer';
  while (Date.now() < endAt) {
    try {
      const response = await fetch(`${reachable}/api/1/healthcheck`, { signal: AbortSignal.timeout(2_000) });
      const text = await response.text();
      if (response.status === 200) return;
      last = `${response.status} ${text.slice(0, 200)}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await delay(25);
  }
  throw new AppError('unavailable', `the platform started but its health check does not pass: ${last}`, { reason: 'standalone.unhealthy' });
}
