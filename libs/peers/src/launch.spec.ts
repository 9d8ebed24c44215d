import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { launch, type LaunchOptions } from './launch.js';
import { isRunning } from './process-tree.js';

/** A program of one line of JavaScript. */
const program = (code: (port: number) => string, more: Partial<LaunchOptions> = {}): LaunchOptions => ({
  name: 'one-line',
  ports: 1,
  prepare: ({ port }) => ({ program: process.execPath, args: ['-e', code(port(0))] }),
  isReady: async ({ port }) => (await fetch(`http://127.0.0.1:${port(0)}/`)).ok,
  ...more,
});

const server = (port: number) => `require('node:http').createServer((_, answer) => answer.end('here')).listen(${port}, '127.0.0.1')`;

describe('starting a peer', () => {
  it('waits until it answers, and leaves neither process nor folder behind', async () => {
    const peer = await launch(program(server));
    expect(isRunning(peer.pid)).toBe(true);
    expect(existsSync(peer.place.folder)).toBe(true);
    await peer.stop();
    expect(isRunning(peer.pid)).toBe(false);
    expect(existsSync(peer.place.folder)).toBe(false);
  });

  it('tries other ports when another process has taken one', async () => {
    const ports: number[] = [];
    const taken = (port: number) => {
      ports.push(port);
      return ports.length < 3 ? `console.error('bind: address already in use'); process.exit(1)` : server(port);
    };
    const peer = await launch(program(taken));
    await peer.stop();
    expect(ports).toHaveLength(3);
  });

  it('shows the end of its log when it does not start', async () => {
    const failing = launch(program(() => `console.error('no such setting: x'); process.exit(1)`));
    await expect(failing).rejects.toThrow(/one-line did not start: it ended\nno such setting: x/);
  });

  it('gives up a peer that never answers', async () => {
    const silent = launch(program(() => 'setInterval(() => undefined, 1000)', { startLimitMs: 300 }));
    await expect(silent).rejects.toThrow('it did not answer in time');
  });
});
