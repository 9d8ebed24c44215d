import { setTimeout as delay } from 'node:timers/promises';

const maxRestarts = 5;
const windowMs = 60_000;
const pauseMs = 100;

/**
 * Keeps an embedded server running: one that ends without being asked is started again on its port, where its clients find it.
 * One that ends six times within a minute is given up: `exited` settles, and the platform ends with it.
 *
 * @template {{ port: number, pid: number, stop(): Promise<void>, exited: Promise<void> }} S
 * @param {string} name as a person knows it
 * @param {(port?: number) => Promise<S>} start
 * @param {(line: string) => void} log
 * @returns {Promise<S>}
 */
export async function supervise(name, start, log) {
  let server = await start();
  const { port } = server;
  let isStopping = false;
  /** @type {number[]} */
  const restarts = [];

  const mayRestart = () => {
    const now = Date.now();
    while (restarts[0] !== undefined && restarts[0] < now - windowMs) restarts.shift();
    restarts.push(now);
    return restarts.length <= maxRestarts;
  };

  const watch = async () => {
    for (;;) {
      await server.exited;
      if (isStopping) return;
      if (!mayRestart()) return log(`${name} ended ${restarts.length} times within a minute and is given up`);
      log(`${name} ended by itself and is started again`);
      const next = await restart();
      if (next === undefined) return;
      server = next;
      if (isStopping) await server.stop();
    }
  };

  /** What a killed server left may need a moment to go: the port, the memory of its children. */
  const restart = async () => {
    for (;;) {
      try {
        return await start(port);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (isStopping || !mayRestart()) return void log(`${name} cannot be started again: ${why}`);
        await delay(pauseMs);
      }
    }
  };

  const exited = watch();
  return {
    ...server,
    get pid() {
      return server.pid;
    },
    exited,
    async stop() {
      isStopping = true;
      await server.stop();
      await exited;
    },
  };
}
