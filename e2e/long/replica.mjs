import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('replica-main.mjs', import.meta.url));

/** A replica of a service in a process of its own: it is killed, and comes back by itself. */
export class Replica {
  #child;
  #isReady = false;
  #answers = new Map();
  #last = 0;
  #waiting = [];
  #isEnding = false;
  kills = 0;
  /** What its process said last, for whoever looks for a fault. */
  log = '';
  /** Why it is gone, where nobody killed it. @type {Error | undefined} */
  failure;

  /** @param {{ name: string, env: Record<string, string>, clock: { now(): Date }, authorityUrl: string }} options */
  constructor(options) {
    this.options = options;
    this.#spawn();
  }

  get isReady() {
    return this.#isReady;
  }

  get pid() {
    return this.#child.pid;
  }

  /** @returns {Promise<void>} */
  ready() {
    return new Promise((resolve, reject) => {
      if (this.#isReady) resolve();
      else if (this.failure !== undefined) reject(this.failure);
      else this.#waiting.push({ resolve, reject });
    });
  }

  /**
   * The time is that now; it does this work, and is done with all that this time began. One that does not run has no time.
   *
   * @returns {Promise<{ isKilled: boolean, faults: string[] }>}
   */
  go(at, work) {
    if (!this.#isReady) return Promise.resolve({ isKilled: true, faults: [] });
    const id = (this.#last += 1);
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#child.send({ id, at, work }, (error) => error && this.#abandon());
    });
  }

  /** As if the power was cut; another process takes its place. */
  kill() {
    if (!this.#isReady) return false;
    this.kills += 1;
    this.#isReady = false;
    this.#child.kill('SIGKILL');
    return true;
  }

  async stop() {
    this.#isEnding = true;
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  #spawn() {
    const { name, env, clock, authorityUrl } = this.options;
    const args = [name, String(clock.now().getTime()), authorityUrl];
    const child = fork(program, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'json' });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (this.log = (this.log + text).slice(-20_000)));
    child.on('message', (message) => this.#hear(message));
    child.once('exit', (code) => this.#exited(code));
  }

  #hear({ isReady, id, faults }) {
    if (isReady === true) {
      this.#isReady = true;
      for (const { resolve } of this.#waiting.splice(0)) resolve();
      return;
    }
    this.#answers.get(id)?.({ isKilled: false, faults });
    this.#answers.delete(id);
  }

  #exited(code) {
    this.#abandon();
    if (this.#isEnding) return;
    const isOurDoing = this.#child.signalCode === 'SIGKILL';
    if (!isOurDoing) {
      const fault = new Error(`${this.options.name} ended by itself with ${code ?? this.#child.signalCode}:\n${this.log.slice(-4_000)}`);
      this.#isReady = false;
      this.failure = fault;
      for (const { reject } of this.#waiting.splice(0)) reject(fault);
      return;
    }
    this.#spawn();
  }

  #abandon() {
    for (const answer of this.#answers.values()) answer({ isKilled: true, faults: [] });
    this.#answers.clear();
  }
}
