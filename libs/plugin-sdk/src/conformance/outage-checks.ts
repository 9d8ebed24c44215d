import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect } from '@jest/globals';
import { AppError, type ErrorCode } from '@sifaka/kernel';
import type { Check } from './check.js';
import { startStandIn, type StandInAnswer } from './stand-in.js';

/** A plugin that talks HTTP to the other side, and one of its operations. */
export interface OutageSubject {
  /**
   * Runs the operation against an address, with credentials that contain `canary`.
   * Time limits of the plugin are shortened by the test context where it takes them; the operation must end within ten seconds.
   */
  run: (url: string, canary: string) => Promise<unknown>;
}

/** Also a valid key in hexadecimal, for interfaces that want one. */
const canary = 'ca9a475be1c2d9f0';

const answers: readonly [string, StandInAnswer, readonly ErrorCode[]][] = [
  ['an error of the server', { status: 500, body: `failure of ${canary}` }, ['upstream_failed']],
  ['a server under maintenance', { status: 503, body: 'maintenance' }, ['upstream_failed', 'unavailable']],
  ['a page in place of an answer', { status: 200, body: '<html>Sign in</html>' }, ['upstream_failed']],
  ['half an answer', { status: 200, body: '{"success": tr' }, ['upstream_failed']],
  ['refused credentials', { status: 401, body: { errors: [{ code: 1, message: `key ${canary} is not valid` }] } }, ['permission_denied', 'failed_precondition']],
  ['a missing right', { status: 403, body: '{}' }, ['permission_denied', 'failed_precondition']],
  ['too many requests', { status: 429, headers: { 'retry-after': '7' }, body: '{}' }, ['rate_limited']],
];

/** What a plugin says when the other side fails: which fault it is, in words, and never a secret. */
export const outageChecks: readonly Check<OutageSubject>[] = [
  ...answers.map(([what, answer, codes]): Check<OutageSubject> => ({
    title: `names ${what}`,
    run: async ({ run }) => {
      const standIn = await startStandIn(() => answer);
      try {
        const fault = await faultOf(run(standIn.url, canary));
        expect(codes).toContain(fault.code);
        if (fault.code === 'rate_limited') expect(fault.retryAfterMs).toBe(7_000);
        expectNoSecret(fault);
      } finally {
        await standIn.stop();
      }
    },
  })),
  {
    title: 'says that nobody is there',
    run: async ({ run }) => {
      const fault = await faultOf(run(`http://127.0.0.1:${await closedPort()}`, canary));
      expect(fault.code).toBe('unavailable');
      expectNoSecret(fault);
    },
  },
  {
    title: 'gives up on a connection that is cut',
    run: async ({ run }) => {
      const sockets: Socket[] = [];
      const server = createServer((socket) => {
        sockets.push(socket);
        socket.once('data', () => socket.destroy());
        socket.on('error', () => socket.destroy());
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const fault = await faultOf(run(`http://127.0.0.1:${portOf(server.address())}`, canary));
        expect(['unavailable', 'upstream_failed']).toContain(fault.code);
      } finally {
        for (const socket of sockets) socket.destroy();
        server.close();
      }
    },
  },
];

async function faultOf(operation: Promise<unknown>): Promise<AppError> {
  const outcome = await operation.then(
    (value) => value,
    (error: unknown) => error,
  );
  if (outcome instanceof AppError) return outcome;
  throw new Error(`expected an AppError, got ${String(outcome)} ${JSON.stringify(outcome)}`);
}

const expectNoSecret = (fault: AppError): void => expect(`${fault.message} ${JSON.stringify(fault.toData())}`).not.toContain(canary);

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const portOf = (address: AddressInfo | string | null): number => (address !== null && typeof address === 'object' ? address.port : 0);
