import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestOptions, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { isAppError } from '@sifaka/kernel';
import { waitUntil } from '@sifaka/testing';
import { LentCopies } from './lent-copies.js';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
});

/** Serves what stands under its number, lent. */
async function serving(lent: LentCopies, lists: readonly Buffer[]) {
  server = createServer((asked, response) => {
    const bytes = lists[Number(asked.url?.slice(1))] ?? Buffer.alloc(0);
    try {
      lent.lend(bytes, response);
      response.end(asked.method === 'HEAD' ? undefined : bytes);
    } catch (error) {
      response.writeHead(isAppError(error) && error.code === 'unavailable' ? 503 : 500).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const ask = async (path: string, options: RequestOptions = {}): Promise<IncomingMessage> => {
    const asking = request({ host: '127.0.0.1', port, path, agent: false, ...options });
    asking.on('error', () => undefined);
    asking.end();
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    return response.on('error', () => undefined);
  };
  const read = async (path: string, options?: RequestOptions): Promise<number> => {
    const response = await ask(path, options);
    let length = 0;
    for await (const piece of response) length += (piece as Buffer).length;
    return response.statusCode === 200 ? length : (response.statusCode ?? 0);
  };
  return { ask, read };
}

const long = 32 * 1_024 * 1_024;

describe('lists that are being sent', () => {
  it('are given back when they are sent, asked for without their bytes, or nobody waits for them any more', async () => {
    const lent = new LentCopies();
    const { ask, read } = await serving(lent, [Buffer.alloc(1_000), Buffer.alloc(long)]);
    expect([await read('/0'), await read('/0', { method: 'HEAD' })]).toEqual([1_000, 0]);
    await waitUntil(() => lent.bytes === 0);
    const slow = await ask('/1');
    expect(lent.bytes).toBe(long);
    slow.destroy();
    await waitUntil(() => lent.bytes === 0);
  });

  it('are counted once for all who read them, and have so much memory together; one alone may be longer', async () => {
    const lent = new LentCopies(long);
    const { ask, read } = await serving(lent, [Buffer.alloc(1), Buffer.alloc(long), Buffer.alloc(long + 1)]);
    const readers = [await ask('/1'), await ask('/1')];
    expect([lent.bytes, await read('/0')]).toEqual([long, 503]);
    readers[0]?.destroy();
    readers[1]?.resume();
    await waitUntil(() => lent.bytes === 0);
    expect(await read('/2')).toBe(long + 1);
  });

  it('are cut off when their reader takes too long', async () => {
    const lent = new LentCopies(long, () => 50);
    const { ask } = await serving(lent, [Buffer.alloc(long)]);
    const slow = await ask('/0');
    await waitUntil(() => lent.bytes === 0);
    slow.resume();
    await waitUntil(() => slow.destroyed);
    expect(slow.complete).toBe(false);
  });

  it('are not lent to who is gone', async () => {
    const lent = new LentCopies();
    server = createServer((_asked, response) => void response.once('close', () => lent.lend(Buffer.alloc(9), response)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const asking = request({ host: '127.0.0.1', port: typeof address === 'object' ? address?.port : 0 }).on('error', () => undefined);
    const came = once(server, 'request');
    asking.end();
    const [, response] = (await came) as [unknown, { closed: boolean }];
    asking.destroy();
    await waitUntil(() => response.closed);
    expect(lent.bytes).toBe(0);
  });
});
