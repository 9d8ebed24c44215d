import { join } from 'node:path';
import {
  DataDir,
  allServices,
  awaitHealth,
  checkPortIsFree,
  gatewayAddress,
  openLog,
  openPlatform,
} from '../../apps/standalone/dist/index.js';
import { appName } from '../../libs/contracts/dist/index.js';
import { embeddedServers } from '../embedded-servers.mjs';
import { root } from '../workspace.mjs';
import { signalAll, startProcess } from './service-process.mjs';

// The gateways, then the others, then the servers: together less than the ten seconds that a stop may take.
const stopLimitMs = 9_000;
const gatewayStopMs = 3_500;
const innerStopMs = 3_000;
/** What a process still has after its own limit before it is killed. */
const graceMs = 500;

/**
 * Provides database and bus, migrates every schema, runs SIFAKA_REPLICAS processes (1 by default) of every service, and stops them all on
 * SIGINT or SIGTERM. When one of them ends by itself, it says so and goes on without it: what the others do then is what an operator would see.
 * The replicas of the gateway listen on SIFAKA_PORT and the ports after it.
 */
export async function runServices(env, log) {
  let asked = () => undefined;
  const stopAsked = new Promise((resolve) => (asked = resolve));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, asked);
  // Whatever hangs does not outlive us.
  process.on('exit', () => signalAll('SIGKILL'));
  void stopAsked.then(() => setTimeout(() => process.exit(1), stopLimitMs).unref());
  const stack = [];
  let exitCode = 0;
  try {
    const started = start(env, log, stack);
    const platform = await Promise.race([started, stopAsked]);
    if (platform?.failure !== undefined) await Promise.race([platform.failure, stopAsked]);
    else await cancelled(started);
  } catch (error) {
    process.stderr.write(`sifaka: ${['AppError', 'StartFault'].includes(error.name) ? error.message : error.stack}\n`);
    exitCode = 1;
  }
  asked();
  for (const stop of stack.reverse()) await stop();
  process.exit(exitCode);
}

/** A start that is no longer wanted fails as soon as what it waits for ends. */
async function cancelled(started) {
  const timer = setInterval(() => signalAll('SIGTERM'), 100);
  await started.catch(() => undefined);
  clearInterval(timer);
}

async function start(env, log, stack) {
  const dataDir = DataDir.open(env.SIFAKA_DATA_DIR ?? join(root, '.sifaka'));
  stack.push(embeddedServers.lockDataDir(dataDir.path));
  const address = gatewayAddress(allServices, env);
  const replicas = replicasOf(env);
  for (let index = 0; index < replicas; index += 1) await checkPortIsFree({ ...address, port: address.port + index });

  const logger = openLog(dataDir, env.SIFAKA_LOG_LEVEL)('services');
  const platform = await openPlatform({ definitions: allServices, env, dataDir, embedded: embeddedServers, logger });
  stack.push(() => platform.stop());
  await Promise.all(allServices.map(({ name }) => migrate(name, platform.environmentOf(name))));

  const processes = [];
  stack.push(() => stopProcesses(processes));
  for (const { name } of allServices) {
    for (let index = 0; index < replicas; index += 1) processes.push(serve(name, index, replicas, platform.environmentOf(name), address));
  }
  let isStopping = false;
  stack.push(() => (isStopping = true));
  for (const { exited } of processes) void exited.then((result) => isStopping || report(result, log));
  await Promise.race([awaitHealth(address), ...processes.map(({ exited }) => exited.then(refuse))]);

  const password = platform.administratorCreated();
  if (password !== null) log(password);
  for (const warning of platform.warnings) log(`warning: ${warning}`);
  process.stdout.write(`Sifaka is ready at ${address.url}\n`);
  return { failure: platform.failure };
}

function replicasOf(env) {
  const replicas = Number(env.SIFAKA_REPLICAS ?? '1');
  if (Number.isInteger(replicas) && replicas >= 1 && replicas <= 16) return replicas;
  throw Object.assign(new Error(`SIFAKA_REPLICAS is "${env.SIFAKA_REPLICAS}": it must be a whole number from 1 to 16`), {
    name: 'StartFault',
  });
}

const programOf = (name) => join(root, 'apps', appName(name), 'dist/main.js');
const print = (line) => process.stdout.write(`${line}\n`);

/** As the job of a deployment does it, before any process of the service runs. */
async function migrate(name, env) {
  const result = await startProcess({ name: `${name} migrate`, program: programOf(name), args: ['migrate'], env, print: () => undefined })
    .exited;
  if (result.code !== 0) refuse(result);
}

function serve(name, index, replicas, env, address) {
  const own = { ...env };
  own.SIFAKA_STOP_LIMIT_MS = String(name === 'gateway' ? gatewayStopMs : innerStopMs);
  if (name === 'gateway') own.SIFAKA_PORT = String(address.port + index);
  if (own.SIFAKA_OPERATIONS_PORT !== undefined) own.SIFAKA_OPERATIONS_PORT = String(Number(own.SIFAKA_OPERATIONS_PORT) + 100 * index);
  return startProcess({ name: replicas > 1 ? `${name}.${index + 1}` : name, program: programOf(name), env: own, print });
}

function refuse({ name, code, signal, lastFault }) {
  throw Object.assign(new Error(`${name} ended with ${signal ?? `exit code ${code}`}: ${lastFault || 'see its lines above'}`), {
    name: 'StartFault',
  });
}

function report({ name, code, signal }, log) {
  log(`${name} ended (${signal ?? `exit code ${code}`})`);
}

/** First the doors, then what is behind them. */
async function stopProcesses(processes) {
  const isGateway = ({ name }) => name.startsWith('gateway');
  await Promise.all(processes.filter(isGateway).map(({ stop }) => stop(gatewayStopMs + graceMs)));
  await Promise.all(processes.map(({ stop }) => stop(innerStopMs + graceMs)));
}
